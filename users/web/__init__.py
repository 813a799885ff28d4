"""HTTP parts that all faces share: middleware, error responses, CORS and the metadata form."""
