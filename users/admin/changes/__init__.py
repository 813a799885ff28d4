"""Pages of the record of changes, and of undoing a change."""
