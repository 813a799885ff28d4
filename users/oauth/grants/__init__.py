"""The grants, one class each. The server finds a grant by its `GRANT_TYPE`."""
