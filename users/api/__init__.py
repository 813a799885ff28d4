"""The Management API, v2. `endpoints.py` lists it; addresses, rights and OpenAPI follow from that."""
