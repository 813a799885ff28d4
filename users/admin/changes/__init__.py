"""Pages of the history of changes, and of undoing a change."""
