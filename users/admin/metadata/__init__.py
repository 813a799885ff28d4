"""Pages of the metadata map and of the indexed keys."""
