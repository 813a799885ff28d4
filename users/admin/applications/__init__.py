"""Pages of applications (clients)."""
