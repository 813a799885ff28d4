"""Auth0's `refresh_token` object of a client: how its refresh tokens rotate and expire.

Source: Auth0's published OpenAPI document, and recorded answers for the defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from users.models import Client
from users.representation.schema import Schema

# Five years, in seconds.
_MAX_LIFETIME = 157_788_000
SCHEMA: Schema = {
    "type": ["object", "null"],
    "additionalProperties": False,
    "required": ["rotation_type", "expiration_type"],
    "properties": {
        "rotation_type": {
            "type": "string",
            "enum": ["rotating", "non-rotating"],
            "description": "Whether each exchange replaces the token.",
        },
        "expiration_type": {
            "type": "string",
            "enum": ["expiring", "non-expiring"],
            "description": "Whether tokens expire.",
        },
        "leeway": {
            "type": "integer",
            "minimum": 0,
            "maximum": 86_400,
            "description": "Seconds during which a replaced token may be exchanged once more.",
        },
        "token_lifetime": {
            "type": "integer",
            "minimum": 1,
            "maximum": _MAX_LIFETIME,
            "description": "Seconds from the first token until all that replace it expire.",
        },
        "infinite_token_lifetime": {"type": "boolean", "description": "Whether token_lifetime is ignored."},
        "idle_token_lifetime": {
            "type": "integer",
            "minimum": 1,
            "maximum": _MAX_LIFETIME,
            "description": "Seconds without an exchange after which tokens expire.",
        },
        "infinite_idle_token_lifetime": {
            "type": "boolean",
            "description": "Whether idle_token_lifetime is ignored.",
        },
    },
    "description": "Rotation and lifetimes of its refresh tokens; null for the defaults.",
}


def serialize_refresh_token(client: Client) -> dict[str, Any]:
    """Return the object with every field: what was set, and the defaults of the rest.

    Tokens of single-page applications always rotate and expire: a script that gets into the page can read
    them.
    """
    is_page = client.app_type == Client.Type.SINGLE_PAGE
    given: Mapping[str, Any] = client.refresh_token
    fixed = {"rotation_type": "rotating", "expiration_type": "expiring"} if is_page else {}
    shown = {"rotation_type": "non-rotating", "expiration_type": "non-expiring", **given, **fixed}
    is_infinite = shown["expiration_type"] == "non-expiring"
    lifetimes = {
        "leeway": 0,
        "token_lifetime": 2_592_000,
        "infinite_token_lifetime": is_infinite,
        "infinite_idle_token_lifetime": is_infinite,
        "idle_token_lifetime": 1_296_000,
    }
    finite = {"infinite_token_lifetime": False, "infinite_idle_token_lifetime": False} if is_page else {}
    return {**lifetimes, **shown, **finite}


def explain_refused_refresh_token(given: Mapping[str, Any] | None, app_type: str) -> str | None:
    """Why a client of this type cannot have this object, as a sentence; None if it can.

    `given` is the object as sent, before it is checked against `SCHEMA`, which says the rest.
    """
    if not isinstance(given, Mapping):
        return None
    if given.get("policies"):
        return (
            "refresh_token.policies is not supported: a refresh token is for one API. Leave it out, and "
            "request a token for each API."
        )
    if app_type != Client.Type.SINGLE_PAGE:
        return None
    if given.get("rotation_type") == "non-rotating" or given.get("expiration_type") == "non-expiring":
        return (
            "Refresh tokens of a single-page application rotate and expire: set "
            "refresh_token.rotation_type to rotating and refresh_token.expiration_type to expiring."
        )
    if given.get("infinite_token_lifetime") or given.get("infinite_idle_token_lifetime"):
        return "Refresh tokens of a single-page application expire: no lifetime may be infinite."
    return None


@dataclass(frozen=True)
class RefreshTokenPolicy:
    """How the refresh tokens of a client rotate and expire. A lifetime is None where it has no end."""

    is_rotating: bool
    leeway: timedelta
    lifetime: timedelta | None
    idle_lifetime: timedelta | None

    @classmethod
    def of(cls, client: Client) -> RefreshTokenPolicy:
        """Return the policy of the client as it is set now."""
        shown = serialize_refresh_token(client)
        return cls(
            is_rotating=shown["rotation_type"] == "rotating",
            leeway=timedelta(seconds=shown["leeway"]),
            lifetime=_lifetime(shown["token_lifetime"], is_infinite=shown["infinite_token_lifetime"]),
            idle_lifetime=_lifetime(
                shown["idle_token_lifetime"], is_infinite=shown["infinite_idle_token_lifetime"]
            ),
        )


def _lifetime(seconds: int, *, is_infinite: bool) -> timedelta | None:
    return None if is_infinite else timedelta(seconds=seconds)
