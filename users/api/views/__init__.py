"""Views of the API, a module per path."""
