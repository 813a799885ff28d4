"""Look up the object that an id in a path or body names, or raise Auth0's error."""
