"""Password policy: strength and forbidden content, by the options of a connection."""
