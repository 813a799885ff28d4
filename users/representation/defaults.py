"""Default values of profile fields. Source: Auth0 docs, "User profile structure"."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from users.conf import conf
from users.models import User


def name_of(user: User) -> str:
    """Return the user's name, or its default."""
    return user.name or default_name(user.email, user.username, user.phone_number, user.user_id)


def nickname_of(user: User) -> str:
    """Return the user's nickname, or its default."""
    return user.nickname or default_nickname(user.email, user.username, user.phone_number, user.user_id)


def picture_of(user: User) -> str:
    """The URL of the user's picture, or of the default."""
    return user.picture or default_picture(user.email)


def default_name(email: str | None, username: str | None, phone_number: str | None, user_id: str) -> str:
    """Return the email, else the username, the phone number or the user_id."""
    return email or username or phone_number or user_id


def default_nickname(email: str | None, username: str | None, phone_number: str | None, user_id: str) -> str:
    """Return the local part of the email, else the username, the phone number or the user_id."""
    local_part = email.partition("@")[0] if email else None
    return default_name(local_part, username, phone_number, user_id)


def default_picture(email: str | None) -> str:
    """Return a Gravatar URL with a local fallback picture.

    It is only ever text in a response: our own pages draw initials and load nothing from another host.
    """
    # Gravatar identifies pictures by this hash; it protects nothing.
    digest = hashlib.md5((email or "").lower().encode(), usedforsecurity=False).hexdigest()
    fallback = quote(f"{conf.issuer}static/users/img/person.svg", safe="")
    # Host and parameters as recorded of Auth0.
    return f"https://s.gravatar.com/avatar/{digest}?s=480&r=pg&d={fallback}"
