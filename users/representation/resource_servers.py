"""An API (resource server) in the form of the Management API.

Source: Auth0's published OpenAPI document and recorded traffic.
"""

from __future__ import annotations

from typing import Any

from users.models import ResourceServer
from users.representation.schema import LABEL, ONE_LINE, Schema

PERMISSIONS_DIALECT = "access_token_authz"
_SCOPE: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["value"],
    "properties": {
        # RFC 6749, section 3.3: no space, quote or backslash, since scopes travel as a space-separated list.
        "value": {
            "type": "string",
            "minLength": 1,
            "maxLength": 280,
            "pattern": r"^[\x21\x23-\x5b\x5d-\x7e]+$",
            "examples": ["read:songs"],
        },
        "description": {"type": "string", "maxLength": 500},
    },
}
# Fields that PATCH accepts; POST also takes the identifier.
FIELDS: dict[str, Schema] = {
    "name": {**LABEL, "examples": ["Songs"]},
    "scopes": {
        "type": "array",
        "items": _SCOPE,
        "uniqueItems": True,
        "maxItems": 1000,
        "description": "What tokens for it may allow.",
    },
    "token_lifetime": {
        "type": "integer",
        "minimum": 1,
        "maximum": 2_592_000,
        "description": "Seconds that tokens for it live.",
    },
    "enforce_policies": {
        "type": "boolean",
        "description": "Whether a user's token holds only their permissions (RBAC).",
    },
    "token_dialect": {
        "type": "string",
        "enum": ["access_token", PERMISSIONS_DIALECT],
        "description": f"Whether tokens carry `permissions`: {PERMISSIONS_DIALECT}, with enforce_policies.",
    },
    "signing_alg": {"type": "string", "enum": ["RS256"], "description": "Always RS256."},
    "allow_offline_access": {
        "type": "boolean",
        "description": "Whether users' applications may get refresh tokens for it.",
    },
    "skip_consent_for_verifiable_first_party_clients": {
        "type": "boolean",
        "description": "Accepted; users never consent to first-party applications here.",
    },
}
IDENTIFIER: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 600,
    "pattern": ONE_LINE,
    "description": "The audience of its tokens. It cannot be changed.",
    "examples": ["https://songs.example.com/"],
}
SCHEMA: Schema = {
    "type": "object",
    "required": ["id", "name", "identifier"],
    "properties": {
        **FIELDS,
        "id": {"type": "string", "examples": ["6600aa11bb22cc33dd44ee55"]},
        "identifier": IDENTIFIER,
        "is_system": {"type": "boolean"},
    },
}


def serialize_resource_server(server: ResourceServer, management_scopes: dict[str, str]) -> dict[str, Any]:
    """Serialize an API.

    `management_scopes` are the scopes of our own Management API with their descriptions; they are defined in
    code, not stored.
    """
    scopes = server.scopes
    if server.is_management:
        scopes = [{"value": name, "description": text} for name, text in management_scopes.items()]
    return {
        "id": server.resource_server_id,
        "name": server.name,
        "identifier": server.audience,
        "is_system": server.is_system,
        "scopes": scopes,
        "token_lifetime": server.token_lifetime,
        "enforce_policies": server.enforce_policies,
        "token_dialect": PERMISSIONS_DIALECT if server.names_permissions else "access_token",
        "signing_alg": "RS256",
        "allow_offline_access": server.allow_offline_access,
        "skip_consent_for_verifiable_first_party_clients": True,
    }


_COLUMNS = ("identifier", "name", "scopes", "token_lifetime", "enforce_policies", "allow_offline_access")


def columns_from_body(body: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that a validated body sets."""
    given: dict[str, Any] = {name: body[name] for name in _COLUMNS if name in body}
    dialect = body.get("token_dialect")
    return {**given, **({"names_permissions": dialect == PERMISSIONS_DIALECT} if dialect else {})}
