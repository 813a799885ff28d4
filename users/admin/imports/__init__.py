"""The import of a file of users: its form, and the report of its check."""
