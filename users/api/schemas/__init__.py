"""JSON Schemas of the API's request bodies and responses, by resource."""
