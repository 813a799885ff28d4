"""Pages of our own, beside those of allauth."""
