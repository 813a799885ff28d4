"""Refresh tokens and consents in the form of `/refresh-tokens` and `/grants`.

Source: Auth0's published OpenAPI document and recorded answers.
"""

from __future__ import annotations

from typing import Any

from users.models import Consent, RefreshToken, User
from users.representation.refresh_tokens import RefreshTokenPolicy
from users.representation.schema import Schema, closed_object
from users.representation.timestamps import format_time

MAX_METADATA_KEYS = 25
METADATA: Schema = {
    "type": ["object", "null"],
    "maxProperties": MAX_METADATA_KEYS,
    "propertyNames": {"minLength": 1, "maxLength": 255},
    "additionalProperties": {"type": "string", "maxLength": 255},
    "description": f"Up to {MAX_METADATA_KEYS} strings; null clears them.",
    "examples": [{"device": "tablet at the till"}],
}
DEVICE_KEYS = ("initial_ip", "initial_user_agent", "last_ip", "last_user_agent")
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_MOMENT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
_TEXT: Schema = {"type": "string"}
TOKEN_ID: Schema = {"type": "string", "maxLength": 30, "examples": ["rt_AbCdEfGh12345678"]}
REFRESH_TOKEN: Schema = {
    "type": "object",
    "required": ["id", "user_id", "client_id", "created_at", "rotating", "resource_servers"],
    "properties": {
        "id": TOKEN_ID,
        "user_id": {"type": "string", "examples": ["auth0|6600aa11bb22cc33dd44ee55"]},
        "client_id": _TEXT,
        "session_id": {"type": ["string", "null"]},
        "created_at": _MOMENT,
        "expires_at": _MOMENT_OR_NULL,
        "idle_expires_at": _MOMENT_OR_NULL,
        "last_exchanged_at": _MOMENT_OR_NULL,
        "rotating": {"type": "boolean"},
        "device": {
            "type": "object",
            "properties": dict.fromkeys(DEVICE_KEYS, _TEXT),
        },
        "resource_servers": {
            "type": "array",
            "items": closed_object({"audience": _TEXT, "scopes": _TEXT}),
        },
        "refresh_token_metadata": METADATA,
    },
}
CONSENT: Schema = {
    "type": "object",
    "required": ["id", "clientID", "user_id", "audience", "scope"],
    "properties": {
        "id": {"type": "string", "examples": ["gr_AbCdEfGh12345678"]},
        "clientID": _TEXT,
        "user_id": _TEXT,
        "audience": _TEXT,
        "scope": {"type": "array", "items": _TEXT},
    },
}


def serialize_refresh_token(token: RefreshToken, user: User) -> dict[str, Any]:
    """Serialize a refresh token of `user` with its authorization, client and API loaded; never the token
    itself, of which only hashes are stored."""
    authorization = token.authorization
    server = authorization.resource_server
    # A string here, where consents have an array: so does Auth0.
    scopes = " ".join(authorization.scope)
    return {
        "id": token.token_id,
        "user_id": user.user_id,
        "client_id": authorization.client.client_id,
        "session_id": authorization.session_id or None,
        "created_at": format_time(token.created_at),
        "expires_at": format_time(token.expires_at) if token.expires_at else None,
        "idle_expires_at": _idle_expiry(token),
        "last_exchanged_at": format_time(token.last_exchanged_at) if token.last_exchanged_at else None,
        "rotating": token.is_rotating,
        "device": token.device,
        "resource_servers": [{"audience": server.audience, "scopes": scopes}] if server else [],
        "refresh_token_metadata": token.metadata,
    }


def serialize_consent(consent: Consent) -> dict[str, Any]:
    """Serialize a consent, with its user and client loaded."""
    return {
        "id": consent.consent_id,
        # Spelled so by Auth0, here alone.
        "clientID": consent.client.client_id,
        "user_id": consent.user.user_id,
        "audience": consent.audience,
        "scope": consent.scope,
    }


def _idle_expiry(token: RefreshToken) -> str | None:
    """When it expires unless it is exchanged before, by the settings of the client as they are now."""
    lifetime = RefreshTokenPolicy.of(token.authorization.client).idle_lifetime
    if lifetime is None:
        return None
    return format_time((token.last_exchanged_at or token.created_at) + lifetime)
