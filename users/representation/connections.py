"""A connection in the form of the Management API.

Source: Auth0's published OpenAPI document and recorded traffic.
"""

from __future__ import annotations

from typing import Any

from users.models import Connection
from users.representation.connection_options import OPTIONS
from users.representation.schema import ONE_LINE, Schema

# Printable ASCII, as OAuth defines client ids (RFC 6749, appendix A.1).
CLIENT_ID: Schema = {"type": "string", "maxLength": 64, "pattern": r"^[\x21-\x7e]+$"}
# Fields that POST and PATCH accept; POST also takes `name` and `strategy`.
FIELDS: dict[str, Schema] = {
    "display_name": {
        "type": "string",
        "maxLength": 128,
        "pattern": ONE_LINE,
        "description": "Display name, where it differs from the name.",
        "examples": ["Our partners"],
    },
    "options": OPTIONS,
    "is_enabled": {
        "type": "boolean",
        "description": "Whether users may sign in through it, be created in it, or change email or"
        " password. An addition of ours.",
    },
    "enabled_clients": {
        "type": "array",
        "items": CLIENT_ID,
        "uniqueItems": True,
        "maxItems": 1000,
        "description": "The client ids of the clients whose users may sign in and sign up through it.",
    },
    "is_domain_connection": {
        "type": "boolean",
        "const": False,
        "description": "A connection is never chosen by the domain of an email.",
    },
}
NAME: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 128,
    "pattern": r"^[a-zA-Z0-9](-[a-zA-Z0-9]|[a-zA-Z0-9])*$",
    "description": "The name of the connection: letters, digits and single hyphens between them.",
    "examples": ["Partners"],
}
STRATEGY: Schema = {
    "type": "string",
    "enum": ["auth0"],
    "description": "The kind of connection: auth0, our own database. No other can be signed in through yet.",
}
COLUMNS = ("name", "display_name", "options", "is_enabled")
SCHEMA: Schema = {
    "type": "object",
    "properties": {
        **FIELDS,
        "id": {"type": "string", "examples": ["con_AbCdEfGh12345678"]},
        "name": {"type": "string", "examples": ["Partners"]},
        "strategy": {"type": "string", "examples": ["auth0"]},
        "options": {"type": "object"},
        "realms": {"type": "array", "items": {"type": "string", "examples": ["Partners"]}},
    },
}


def serialize_connection(connection: Connection) -> dict[str, Any]:
    """Serialize a connection.

    Its only realm is its name. An unset display name is left out. Reads the enabled clients, unless they
    were prefetched.
    """
    named = {"display_name": connection.display_name} if connection.display_name else {}
    return {
        "id": connection.connection_id,
        "name": connection.name,
        **named,
        "strategy": connection.strategy,
        "options": connection.options,
        "realms": [connection.name],
        "is_domain_connection": False,
        # Revoked clients stay in the table for the history, and are gone for the API.
        "enabled_clients": sorted(row.client_id for row in connection.clients.all() if not row.is_revoked),
        "is_enabled": connection.is_enabled,
    }


def columns_from_body(body: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that a validated body sets, without the enabled clients."""
    return {name: body[name] for name in COLUMNS if name in body}
