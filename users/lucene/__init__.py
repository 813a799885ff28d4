"""Auth0's search language, read into a tree. Pure Python: it knows neither fields nor databases."""
