"""Second factors and recovery codes in the form of `/users/{id}/authentication-methods`.

Source: Auth0's published OpenAPI document and recorded answers; unset fields are left out.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from users.models import User
from users.representation.schema import Schema
from users.representation.timestamps import format_time

# Auth0's name of each type, which is also the prefix of ids.
TYPES = {Authenticator.Type.TOTP: "totp", Authenticator.Type.RECOVERY_CODES: "recovery-code"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
ID: Schema = {"type": "string", "description": "The id of the method.", "examples": ["totp|dev_17"]}
SCHEMA: Schema = {
    "type": "object",
    "required": ["id", "type", "confirmed", "created_at"],
    "properties": {
        "id": ID,
        "type": {"type": "string", "enum": list(TYPES.values())},
        "confirmed": {"type": "boolean"},
        "created_at": _MOMENT,
        "last_auth_at": _MOMENT,
    },
}


def authentication_methods(user: User) -> list[dict[str, Any]]:
    """Return the user's methods, oldest first. Never contains secrets or codes."""
    return [serialize_method(method) for method in _methods(user)]


def method_id(method: Authenticator) -> str:
    """Return the method's id in Auth0's form: `totp|dev_17`."""
    return f"{TYPES[Authenticator.Type(method.type)]}|dev_{method.pk}"


def find_method(user: User, wanted: str) -> Authenticator | None:
    """Return the user's method with that id; None where there is none."""
    # Compared within the user's own methods, so an id of another user's method finds nothing.
    return next((method for method in _methods(user) if method_id(method) == wanted), None)


def _methods(user: User) -> QuerySet[Authenticator]:
    # Passkeys and other types of allauth are not offered, so they have no name here.
    return Authenticator.objects.filter(user=user, type__in=TYPES).order_by("pk")


def serialize_method(method: Authenticator) -> dict[str, Any]:
    """Return one method: `id`, `type`, `confirmed`, `created_at` and, once used, `last_auth_at`."""
    used = {"last_auth_at": format_time(method.last_used_at)} if method.last_used_at else {}
    # allauth stores an enrolment only after its first code has confirmed it.
    shown = {"id": method_id(method), "type": TYPES[Authenticator.Type(method.type)], "confirmed": True}
    return {**shown, "created_at": format_time(method.created_at), **used}
