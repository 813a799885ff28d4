"""A client (application) in the form of the Management API.

Source: Auth0's published OpenAPI document and recorded traffic.
"""

from __future__ import annotations

from typing import Any

from users.models import Client
from users.representation.schema import LABEL, ONE_LINE, Schema

# Those we offer, and those that Auth0's SDKs and Terraform provider also send: stored, and refused at the
# token endpoint until we offer them.
GRANT_TYPES = (
    "client_credentials",
    "password",
    "http://auth0.com/oauth/grant-type/password-realm",
    "authorization_code",
    "implicit",
    "refresh_token",
)
_URL: Schema = {"type": "string", "format": "uri", "maxLength": 2048}
# No path and no wildcard: browsers compare the origin exactly.
_ORIGIN: Schema = {
    "type": "string",
    "pattern": r"^https?://[^/?#\s]+$",
    "maxLength": 300,
    "examples": ["https://shop.example.com"],
}


def _list(item: Schema, description: str) -> Schema:
    return {
        "type": "array",
        "items": item,
        "uniqueItems": True,
        "maxItems": 100,
        "description": description,
    }


# Fields that POST and PATCH accept, under Auth0's names, which our columns share.
FIELDS: dict[str, Schema] = {
    "name": {**LABEL, "examples": ["Shop"]},
    "description": {
        "type": "string",
        "maxLength": 140,
        "pattern": ONE_LINE,
        "description": "What it is for.",
    },
    "logo_uri": {
        "type": "string",
        "maxLength": 2048,
        "pattern": r"^(https?://\S+)?$",
        "examples": ["https://shop.example.com/logo.png"],
        "description": "URL of its logo.",
    },
    "app_type": {
        "type": "string",
        "enum": Client.Type.values,
        "description": "What kind of application it is.",
    },
    "token_endpoint_auth_method": {
        "type": "string",
        "enum": ["none", "client_secret_post", "client_secret_basic"],
        "description": "How it authenticates; none for public clients, which cannot keep a secret.",
    },
    "grant_types": _list({"type": "string", "enum": list(GRANT_TYPES)}, "Grants that it may use."),
    "callbacks": _list(_URL, "URLs to which users may be redirected after signing in."),
    "allowed_logout_urls": _list(_URL, "URLs to which users may be redirected after signing out."),
    "web_origins": _list(_ORIGIN, "Origins that may make cross-origin requests."),
    "allowed_origins": _list(_ORIGIN, "Further origins that may make cross-origin requests."),
    "client_metadata": {
        "type": "object",
        "maxProperties": 10,
        "propertyNames": {"maxLength": 255},
        "additionalProperties": {"type": "string", "maxLength": 255},
        "description": "Notes of yours, ten strings at most.",
        "examples": [{"team": "checkout"}],
    },
    "jwt_configuration": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            # HS256 would sign with the client secret, which is stored as a hash only.
            "alg": {"type": "string", "enum": ["RS256"]},
            "lifetime_in_seconds": {"type": "integer", "minimum": 1, "maximum": 2_592_000},
            "secret_encoded": {"type": "boolean", "enum": [False]},
        },
        "description": "Of its ID tokens.",
    },
    # Options with one possible value are accepted, so that a body read from Auth0 can be sent back.
    "is_first_party": {"type": "boolean", "enum": [True], "description": "Always true."},
    "oidc_conformant": {"type": "boolean", "enum": [True], "description": "Always true."},
}
SCHEMA: Schema = {
    "type": "object",
    "properties": {
        **FIELDS,
        "client_id": {"type": "string", "examples": ["5Pz0qvkBCSk4eGkpFRRB5EBE2cHmZGVD"]},
        "client_secret": {
            "type": "string",
            "description": "Returned once, on creation: only its hash is stored.",
        },
        "global": {"type": "boolean"},
    },
}


def serialize_client(client: Client, *, secret: str | None = None) -> dict[str, Any]:
    """Serialize a client without its secret, of which only a hash is stored; `secret` is one just created."""
    return {
        "client_id": client.client_id,
        **({"client_secret": secret} if secret else {}),
        "name": client.name,
        "description": client.description,
        "logo_uri": client.logo_uri,
        "app_type": client.app_type,
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
        "grant_types": client.grant_types,
        "callbacks": client.callbacks,
        "allowed_logout_urls": client.allowed_logout_urls,
        "web_origins": client.web_origins,
        "allowed_origins": client.allowed_origins,
        "client_metadata": client.client_metadata,
        "jwt_configuration": {"alg": "RS256", "lifetime_in_seconds": client.id_token_lifetime},
        "is_first_party": True,
        "oidc_conformant": True,
        "global": False,
    }


def columns_from_body(body: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that a validated body sets."""
    given = {name: body[name] for name in FIELDS if name in body and name not in _NOT_COLUMNS}
    lifetime = body.get("jwt_configuration", {}).get("lifetime_in_seconds")
    return {**given, **({"id_token_lifetime": lifetime} if lifetime else {})}


_NOT_COLUMNS = {"jwt_configuration", "is_first_party", "oidc_conformant"}
