"""Browser sessions in the form of `/users/{id}/sessions` and `/sessions/{id}`.

Source: Auth0's published OpenAPI document and recorded answers; unknown fields are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from users.models import Session, User
from users.representation.authorizations import METADATA
from users.representation.schema import Schema, closed_object
from users.representation.timestamps import format_time

# Keys in the session data: our record of the sign-in (IP address, user agent), and allauth's of its methods.
SIGN_IN, METHODS = "sign_in", "account_authentication_methods"

_MOMENT: Schema = {"type": "string", "format": "date-time"}
ID: Schema = {"type": "string", "maxLength": 50, "examples": ["ses_AbCdEfGh12345678"]}
SCHEMA: Schema = {
    "type": "object",
    "required": ["id", "user_id", "created_at", "authenticated_at", "expires_at"],
    "properties": {
        "id": ID,
        "user_id": {"type": "string", "examples": ["auth0|6600aa11bb22cc33dd44ee55"]},
        "created_at": _MOMENT,
        "updated_at": _MOMENT,
        "authenticated_at": _MOMENT,
        "expires_at": _MOMENT,
        "last_interacted_at": _MOMENT,
        "session_metadata": METADATA,
        "device": {
            "type": "object",
            "properties": {
                "initial_ip": {"type": "string", "examples": ["203.0.113.9"]},
                "initial_user_agent": {"type": "string", "examples": ["Mozilla/5.0"]},
            },
        },
        "clients": {
            "type": "array",
            "items": closed_object({"client_id": {"type": "string"}}),
            "description": "The applications to which the user has signed in by it.",
        },
        "authentication": {
            "type": "object",
            "properties": {
                "methods": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["name", "timestamp"],
                        "properties": {
                            "name": {"type": "string", "examples": ["pwd"]},
                            "type": {"type": "string", "examples": ["otp"]},
                            "timestamp": _MOMENT,
                        },
                    },
                }
            },
        },
    },
}
# Auth0's names for allauth's.
_NAMES = {"password": "pwd", "mfa": "mfa"}
_TYPES = {"totp": "otp", "recovery_codes": "recovery-code"}


def serialize_session(
    session: Session, user: User, data: dict[str, Any], client_ids: Iterable[str]
) -> dict[str, Any]:
    """Serialize a session of `user`; `data` is its decoded content, `client_ids` are the applications to
    which the user has signed in by it.

    The session key is not included: it is the cookie's value and would allow taking over the session.
    """
    sign_in = data.get(SIGN_IN, {})
    device = {"initial_ip": sign_in.get("ip"), "initial_user_agent": sign_in.get("user_agent")}
    # Sessions begun before allauth recorded methods have none.
    methods = data.get(METHODS, [])
    assert session.signed_in_at, "only sessions of users are read"
    began = format_time(session.signed_in_at)
    last_seen = format_time(session.last_seen_at or session.signed_in_at)
    return {
        "id": session.session_id,
        "user_id": user.user_id,
        "created_at": began,
        "updated_at": last_seen,
        "authenticated_at": began,
        "expires_at": format_time(session.expire_date),
        "last_interacted_at": last_seen,
        "session_metadata": session.metadata,
        # Sessions from before the sign-in was recorded, or without an IP address by RECORD_IP, lack them.
        "device": {name: value for name, value in device.items() if value},
        "clients": [{"client_id": client_id} for client_id in client_ids],
        "authentication": {"methods": [_serialize_method(one) for one in methods if one["method"] in _NAMES]},
    }


def _serialize_method(used: dict[str, Any]) -> dict[str, Any]:
    kind = {"type": _TYPES[used["type"]]} if used.get("type") in _TYPES else {}
    at = datetime.fromtimestamp(used["at"], UTC)
    return {"name": _NAMES[used["method"]], **kind, "timestamp": format_time(at)}
