"""What the faces share of HTTP: middleware, errors, the forms of the two documents."""
