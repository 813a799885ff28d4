"""The metadata map: which keys the documents have, surveyed by jobs from a sample or from all users."""
