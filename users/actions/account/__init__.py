"""Verbs on an account: create, edit, delete, link, assign, undo."""
