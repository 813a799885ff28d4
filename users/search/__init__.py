"""User search: Auth0's query language and the dashboard's search box, compiled to SQL."""
