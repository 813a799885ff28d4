"""The page of the tenant's log."""
