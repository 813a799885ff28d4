"""The staff dashboard: Django admin's machinery with pages of our own."""
