"""Actions on one user: create, edit, delete, link, assign, undo."""
