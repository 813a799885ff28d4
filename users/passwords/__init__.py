"""What a password must be and must not be, by the options of a database connection."""
