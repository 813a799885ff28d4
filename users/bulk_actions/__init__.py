"""Bulk actions: one action on many users, as a job that is previewed, can be stopped, and can be undone."""
