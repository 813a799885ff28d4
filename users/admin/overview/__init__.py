"""The overview: the first page of the dashboard."""
