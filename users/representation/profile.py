"""An account as the Management API shows it.

Source: Auth0 docs, "User profile structure", and recorded traffic: what is not set is left
out rather than null.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from users.metadata.documents import APP_METADATA, USER_METADATA
from users.models import User
from users.representation.defaults import name_of, nickname_of, picture_of
from users.representation.fields import DESCRIPTIVE_FIELDS, FIELDS, SIGN_IN_FIELDS, ProfileField
from users.representation.timestamps import format_time
from users.rights.actor import Actor
from users.rights.visible import PROFILE, visible, visible_part

# What an identity includes of its user, as `profileData`.
PROFILE_DATA = (*SIGN_IN_FIELDS, *DESCRIPTIVE_FIELDS)
# Fields whose value in an answer is not that of their column.
_COMPUTED: dict[str, Callable[[User], Any]] = {
    # Without an email there is nothing that could be verified.
    "email_verified": lambda user: user.email_verified if user.email else None,
    "name": name_of,
    "nickname": nickname_of,
    "picture": picture_of,
    "identities": lambda user: serialize_identities(user),
    # A new user has no `logins_count`, as recorded of Auth0.
    "logins_count": lambda user: user.logins_count or None,
}


def serialize_profile(user: User, viewer: Actor) -> dict[str, Any]:
    """Everything `viewer` may see of `user`, under Auth0's names, unset fields left out.

    `serialize_identities` begins with the primary one. Times are text in UTC.
    """
    shown: dict[str, Any] = {}
    if visible(viewer, PROFILE, user=user):
        shown = _serialize_root_fields(user)
    # A wiped `user_metadata` is `{}` and a wiped `app_metadata` null, so only the latter is left out, as
    # recorded.
    for document in (USER_METADATA, APP_METADATA):
        shown[document] = visible_part(viewer, document, user)
    return {name: value for name, value in shown.items() if value is not None}


def _serialize_root_fields(user: User) -> dict[str, Any]:
    return {name: value_of(user) for name, value_of in _VALUES.items()}


def _value(field: ProfileField) -> Callable[[User], Any]:
    """A function that returns the field's value as JSON, None where it is not set."""
    if field.name in _COMPUTED:
        return _COMPUTED[field.name]
    column = attrgetter(field.name)
    return (lambda user: (at := column(user)) and format_time(at)) if field.is_datetime else column


_VALUES = {name: _value(field) for name, field in FIELDS.items()}


def serialize_identities(user: User) -> list[dict[str, Any]]:
    """The logins of the account, the primary one first. Only the linked ones carry `profileData`:
    the primary one's is the profile itself."""
    return [_serialize_login(user), *(user.linked_identities or [])]


def serialize_full_identities(user: User) -> list[dict[str, Any]]:
    """The same with `profileData` on each, as linking and unlinking answer."""
    return [serialize_identity(user), *(user.linked_identities or [])]


def serialize_identity(user: User) -> dict[str, Any]:
    """The account as one login among others, with what its own profile says (`profileData`).

    Source: recorded answers to linking and unlinking; what is not set is left out.
    """
    given = {name: getattr(user, name) for name in PROFILE_DATA}
    if not user.email:
        del given["email_verified"]
    data = {name: value for name, value in given.items() if value is not None}
    return {"profileData": data, **_serialize_login(user)}


def _serialize_login(user: User) -> dict[str, Any]:
    return {
        "connection": user.connection.name,
        "user_id": user.bare_id,
        "provider": user.provider,
        "isSocial": not user.connection.is_database,
    }
