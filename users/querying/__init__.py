"""What all queries in the search language share: typed values, and errors."""
