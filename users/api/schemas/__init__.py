"""JSON Schemas of the bodies and answers of the Management API, by resource."""
