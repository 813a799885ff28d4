"""What a profile shows where nothing was given. Source: Auth0 docs, "User profile structure"."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from users.conf import conf
from users.models import User


def name_of(user: User) -> str:
    """The user's name, or the default."""
    return user.name or default_name(user.email, user.username, user.phone_number, user.user_id)


def nickname_of(user: User) -> str:
    """The user's nickname, or the default."""
    return user.nickname or default_nickname(user.email, user.username, user.phone_number, user.user_id)


def picture_of(user: User) -> str:
    """The URL of the user's picture, or of the default."""
    return user.picture or default_picture(user.email)


def default_name(email: str | None, username: str | None, phone_number: str | None, user_id: str) -> str:
    """The email, or else the user name, the phone number or the id."""
    return email or username or phone_number or user_id


def default_nickname(email: str | None, username: str | None, phone_number: str | None, user_id: str) -> str:
    """The local part of the email, or else the user name, the phone number or the id."""
    local_part = email.partition("@")[0] if email else None
    return default_name(local_part, username, phone_number, user_id)


def default_picture(email: str | None) -> str:
    """A Gravatar address that falls back to a picture of ours.

    The address is only ever text in an answer: our own pages draw initials and load
    nothing from another host.
    """
    digest = hashlib.md5((email or "").lower().encode(), usedforsecurity=False).hexdigest()
    fallback = quote(f"{conf.issuer}static/users/img/person.svg", safe="")
    return f"https://s.gravatar.com/avatar/{digest}?s=480&r=pg&d={fallback}"
