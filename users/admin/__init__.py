"""The staff dashboard: Django admin's URLs and permission checks with pages of our own."""
