"""JSON Schemas of linking and unlinking."""

from __future__ import annotations

from users.representation.fields import WRITABLE
from users.representation.profile import PROFILE_DATA
from users.representation.schema import CONNECTION, Schema, closed_object, without_null

_VISIBLE = r"^[^\s\x00-\x1f\x7f]+$"
PROVIDER: Schema = {
    "type": "string",
    "maxLength": 100,
    "pattern": r"^[a-z0-9-]+$",
    "examples": ["auth0"],
    "description": "Identity provider of the secondary account.",
}
IDENTITY_ID: Schema = {
    "type": "string",
    "maxLength": 255,
    "pattern": _VISIBLE,
    "examples": ["6600aa11bb22cc33dd44ee55"],
    "description": "The id of the secondary account, without its provider.",
}
# Source: Auth0's published OpenAPI document; that the two ways exclude each other, its description.
LINK = {
    **closed_object(
        {
            "provider": PROVIDER,
            "user_id": {
                # Auth0's SDKs send numeric ids of social providers as numbers.
                "type": ["string", "integer"],
                "minLength": 1,
                "maxLength": 255,
                "pattern": _VISIBLE,
                "description": "The id of the secondary account, with or without its provider.",
            },
            "connection_id": {
                "type": "string",
                "pattern": "^con_[A-Za-z0-9]{16}$",
                "examples": ["con_AbCdEfGh12345678"],
                "description": "Id of the secondary account's connection.",
            },
            "link_with": {
                "type": "string",
                "description": "An id token of the secondary account, in place of all else.",
            },
        }
    ),
    "oneOf": [
        {"required": ["link_with"], "maxProperties": 1},
        {"required": ["provider", "user_id"], "properties": {"link_with": False}},
    ],
    "examples": [{"provider": "auth0", "user_id": "6600aa11bb22cc33dd44ee55"}],
}
_PROFILE_DATA: Schema = {
    "type": "object",
    "properties": {name: without_null(WRITABLE[name]) for name in PROFILE_DATA},
}
IDENTITY: Schema = {
    "type": "object",
    "properties": {
        "connection": CONNECTION,
        "user_id": {"type": "string", "examples": ["6600aa11bb22cc33dd44ee55"]},
        "provider": {"type": "string", "examples": ["auth0"]},
        "isSocial": {"type": "boolean"},
        "profileData": _PROFILE_DATA,
    },
}
IDENTITIES: Schema = {"type": "array", "items": IDENTITY}
