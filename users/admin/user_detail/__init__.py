"""The page of one user: its tabs, forms and buttons."""
