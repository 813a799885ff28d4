"""Permissions of roles and users in the form of the Management API.

Source: Auth0's published OpenAPI document and recorded traffic.
"""

from __future__ import annotations

from typing import Any

from users.models import ResourceServer
from users.representation.schema import Schema, closed_object
from users.rights.permissions import EffectivePermission

PERMISSIONS: Schema = {
    "type": "array",
    # An empty list would be a request that changes nothing, mostly by mistake.
    "minItems": 1,
    "maxItems": 1000,
    "items": closed_object(
        {
            "resource_server_identifier": {"type": "string", "maxLength": 600},
            "permission_name": {"type": "string", "maxLength": 280},
        },
        required=("resource_server_identifier", "permission_name"),
    ),
    "description": "Scopes of APIs, each by the API's identifier and its own name.",
}
BODY: Schema = closed_object({"permissions": PERMISSIONS}, required=("permissions",))

_TEXT: Schema = {"type": "string"}
# A permission of a role.
SCHEMA: Schema = {
    "type": "object",
    "required": ["permission_name", "description", "resource_server_name", "resource_server_identifier"],
    "properties": {
        "permission_name": _TEXT,
        "description": {"type": ["string", "null"]},
        "resource_server_name": _TEXT,
        "resource_server_identifier": _TEXT,
    },
}
# A permission of a user: `sources` tells whether it is assigned directly or through which roles.
HELD_SCHEMA: Schema = {
    "type": "object",
    "required": [*SCHEMA["required"], "sources"],
    "properties": {
        **SCHEMA["properties"],
        "sources": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["source_id", "source_name", "source_type"],
                "properties": {
                    "source_id": _TEXT,
                    "source_name": _TEXT,
                    "source_type": {"type": "string", "enum": ["DIRECT", "ROLE"]},
                },
            },
        },
    },
}
_DIRECT = {"source_id": "", "source_name": "", "source_type": "DIRECT"}


def serialize_permission(server: ResourceServer, name: str) -> dict[str, Any]:
    """Serialize one scope of an API as a permission."""
    return {
        "permission_name": name,
        "description": next((one.get("description") for one in server.scopes if one["value"] == name), None),
        "resource_server_name": server.name,
        "resource_server_identifier": server.audience,
    }


def serialize_held_permission(held: EffectivePermission) -> dict[str, Any]:
    """Serialize a user's permission with its sources."""
    # One permission with all its sources, so that a page counts what the user holds and not how.
    roles = [
        {"source_id": role.role_id, "source_name": role.name, "source_type": "ROLE"} for role in held.roles
    ]
    return {
        **serialize_permission(held.server, held.name),
        "sources": [*([_DIRECT] if held.is_direct else []), *roles],
    }


def permissions_from_body(body: dict[str, Any]) -> frozenset[tuple[str, str]]:
    """Return the (API identifier, scope name) pairs that a validated body names."""
    return frozenset(
        (one["resource_server_identifier"], one["permission_name"]) for one in body["permissions"]
    )
