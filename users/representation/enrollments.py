"""Second factors in the form of `/users/{id}/enrollments`.

Source: Auth0's published OpenAPI document, GET /users/{id}/enrollments; unset fields are left out rather
than null.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator

from users.models import User
from users.models.compiled_lookup import CompiledLookup
from users.representation.authentication_methods import method_id
from users.representation.schema import Schema
from users.representation.timestamps import format_time
from users.rights.actor import Actor
from users.rights.visible import PROFILE, visible

_factors = CompiledLookup(
    lambda type_, user: Authenticator.objects.filter(type=type_, user_id=user).order_by("pk")
)
_MOMENT = {"type": "string", "format": "date-time"}
SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "status": {"type": "string", "enum": ["pending", "confirmed"]},
        "type": {"type": "string"},
        "auth_method": {"type": "string", "enum": ["authenticator"]},
        "enrolled_at": _MOMENT,
        "last_auth": _MOMENT,
    },
}


def enrolled_factors(user: User) -> list[Authenticator]:
    """Return the factors that sign-in asks for.

    Recovery codes replace a lost factor and are not factors themselves.
    """
    return _factors.all(Authenticator.Type.TOTP.value, user.pk)


def serialize_enrollments(user: User, viewer: Actor) -> list[dict[str, Any]]:
    """Return each second factor of the user, as far as `viewer` may see it.

    Fields: `id`, `status`, `type`, `auth_method`, `enrolled_at` and, once used, `last_auth`. Times are text
    in UTC.
    """
    return (
        [_serialize_enrollment(one) for one in enrolled_factors(user)]
        # A factor belongs to the profile, so its visibility follows it.
        if visible(viewer, PROFILE, user=user)
        else []
    )


def _serialize_enrollment(one: Authenticator) -> dict[str, Any]:
    shown = {
        "id": method_id(one),
        # Enrolments are stored only after their first code has confirmed them.
        "status": "confirmed",
        "type": "authenticator",
        "auth_method": "authenticator",
        "enrolled_at": format_time(one.created_at),
        "last_auth": one.last_used_at and format_time(one.last_used_at),
    }
    return {name: value for name, value in shown.items() if value is not None}
