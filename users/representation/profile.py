"""An account as the Management API shows it.

Source: Auth0 docs, "User profile structure", and recorded traffic: what is not set is left
out rather than null.
"""

from __future__ import annotations

from typing import Any

from users.metadata.documents import APP_METADATA, USER_METADATA
from users.models import User
from users.representation.defaults import default_picture, name_of, nickname_of
from users.representation.timestamps import format_time
from users.rights.actor import Actor
from users.rights.visible import PROFILE, visible, visible_part

# What a login says of its own person.
PROFILE_DATA = (
    "email",
    "email_verified",
    "username",
    "phone_number",
    "phone_verified",
    "name",
    "nickname",
    "given_name",
    "family_name",
    "picture",
)


def serialize_profile(user: User, viewer: Actor) -> dict[str, Any]:
    """Everything `viewer` may see of `user`, under Auth0's names, unset fields left out.

    `serialize_identities` begins with the primary one. Times are text in UTC.
    """
    shown: dict[str, Any] = {}
    if visible(viewer, PROFILE, user=user):
        shown = _serialize_root_fields(user)
    for document in (USER_METADATA, APP_METADATA):
        shown[document] = visible_part(viewer, document, user)
    return {name: value for name, value in shown.items() if value is not None}


def _serialize_root_fields(user: User) -> dict[str, Any]:
    return {
        "user_id": user.user_id,
        "email": user.email,
        "email_verified": user.email_verified if user.email else None,
        "username": user.username,
        "phone_number": user.phone_number,
        "phone_verified": user.phone_verified,
        "name": name_of(user),
        "nickname": nickname_of(user),
        "given_name": user.given_name,
        "family_name": user.family_name,
        "picture": user.picture or default_picture(user.email),
        "identities": serialize_identities(user),
        "multifactor": user.multifactor,
        "multifactor_last_modified": user.multifactor_last_modified
        and format_time(user.multifactor_last_modified),
        "blocked": user.blocked,
        "logins_count": user.logins_count or None,
        "last_login": user.last_login and format_time(user.last_login),
        "last_ip": user.last_ip,
        "last_password_reset": user.last_password_reset and format_time(user.last_password_reset),
        "created_at": format_time(user.created_at),
        "updated_at": format_time(user.updated_at),
    }


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
