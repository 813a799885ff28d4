"""What every query in the search language has in common: typed values, and errors in them."""
