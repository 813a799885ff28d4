"""Bulk import and export of users, in Auth0's file formats."""
