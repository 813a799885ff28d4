"""Pages by which users sign in and out, reset a password and manage their second factor. One of the faces."""
