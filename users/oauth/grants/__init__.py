"""The ways to get a token. One class each; the server knows them by their `GRANT_TYPE`."""
