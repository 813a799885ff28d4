"""From an id in a path or a body to the row it names, or to the error that Auth0 answers."""
