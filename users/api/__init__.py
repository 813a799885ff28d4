"""The Management API, v2. `endpoints.py` lists its paths; routes, permissions and OpenAPI derive from it."""
