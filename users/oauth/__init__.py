"""OAuth 2.0 for programs: the token endpoint, its grants, discovery and keys. One of the faces."""
