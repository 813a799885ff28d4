"""Parts that all endpoints share: authentication, scopes, parsing, paging, errors, OpenAPI."""
