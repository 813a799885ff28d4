"""What a profile shows where nothing was given. Source: Auth0 docs, "User profile structure"."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from users.conf import conf


def default_name(email: str | None, user_id: str) -> str:
    """The e-mail address, or the id where there is none."""
    return email or user_id


def default_nickname(email: str | None, user_id: str) -> str:
    """The local part of the e-mail address, or the id."""
    return email.partition("@")[0] if email else user_id


def default_picture(email: str | None) -> str:
    """A Gravatar address that falls back to a picture of ours.

    The address is only ever text in an answer: our own pages draw initials and load
    nothing from another host.
    """
    digest = hashlib.md5((email or "").lower().encode(), usedforsecurity=False).hexdigest()
    fallback = quote(f"{conf.issuer}static/users/img/person.svg", safe="")
    return f"https://s.gravatar.com/avatar/{digest}?s=480&r=pg&d={fallback}"
