"""The page of the tenant log."""
