"""A client grant in the form of the Management API.

Source: Auth0's published OpenAPI document and recorded traffic.
"""

from __future__ import annotations

from typing import Any

from users.models import ClientGrant
from users.representation.schema import Schema

SCOPE: Schema = {
    "type": "array",
    "items": {"type": "string", "minLength": 1, "maxLength": 280, "examples": ["read:users"]},
    "uniqueItems": True,
    # Bounds the size of the tokens that carry these scopes.
    "maxItems": 1000,
    "description": "Scopes of the API that the client may ask for.",
}
SCHEMA: Schema = {
    "type": "object",
    "required": ["id", "client_id", "audience", "scope"],
    "properties": {
        "id": {"type": "string", "examples": ["cgr_AbCdEfGh12345678"]},
        "client_id": {"type": "string", "examples": ["5Pz0qvkBCSk4eGkpFRRB5EBE2cHmZGVD"]},
        "audience": {"type": "string", "examples": ["https://songs.example.com/"]},
        "scope": SCOPE,
    },
}


def serialize_grant(grant: ClientGrant) -> dict[str, Any]:
    """Serialize a grant. The caller fetches its client and API with it (`select_related`)."""
    return {
        "id": grant.grant_id,
        "client_id": grant.client.client_id,
        "audience": grant.resource_server.audience,
        "scope": grant.scope,
    }
