"""Many accounts at once, from a file in Auth0's bulk-import format."""
