"""An account as the Management API shows it.

Source: Auth0 docs, "User profile structure", and recorded traffic: what is not set is left
out rather than null.
"""

from __future__ import annotations

from typing import Any

from users.metadata.documents import APP_METADATA, USER_METADATA
from users.models import User
from users.representation.defaults import default_picture, name_of, nickname_of
from users.representation.timestamps import moment
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


def profile(user: User, viewer: Actor) -> dict[str, Any]:
    """Everything `viewer` may see of `user`, under Auth0's names, unset fields left out.

    `identities` begins with the primary one. Times are text in UTC.
    """
    shown: dict[str, Any] = {}
    if visible(viewer, PROFILE, user=user):
        shown = _root(user)
    for document in (USER_METADATA, APP_METADATA):
        shown[document] = visible_part(viewer, document, user)
    return {name: value for name, value in shown.items() if value is not None}


def _root(user: User) -> dict[str, Any]:
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
        "identities": identities(user),
        "multifactor": user.multifactor,
        "multifactor_last_modified": user.multifactor_last_modified
        and moment(user.multifactor_last_modified),
        "blocked": user.blocked,
        "logins_count": user.logins_count or None,
        "last_login": user.last_login and moment(user.last_login),
        "last_ip": user.last_ip,
        "last_password_reset": user.last_password_reset and moment(user.last_password_reset),
        "created_at": moment(user.created_at),
        "updated_at": moment(user.updated_at),
    }


def identities(user: User) -> list[dict[str, Any]]:
    """The logins of the account, the primary one first. Only the linked ones carry `profileData`:
    the primary one's is the profile itself."""
    return [_login(user), *(user.linked_identities or [])]


def identities_in_full(user: User) -> list[dict[str, Any]]:
    """The same with `profileData` on each, as linking and unlinking answer."""
    return [identity(user), *(user.linked_identities or [])]


def identity(user: User) -> dict[str, Any]:
    """The account as one login among others, with what its own profile says (`profileData`).

    Source: recorded answers to linking and unlinking; what is not set is left out.
    """
    given = {name: getattr(user, name) for name in PROFILE_DATA}
    if not user.email:
        del given["email_verified"]
    data = {name: value for name, value in given.items() if value is not None}
    return {"profileData": data, **_login(user)}


def _login(user: User) -> dict[str, Any]:
    return {
        "connection": user.connection.name,
        "user_id": user.bare_id,
        "provider": user.provider,
        "isSocial": not user.connection.is_database,
    }
