"""Sign data that is sent in URLs and comes back: cursors of lists, links to files.

Signed with SECRET_KEY and verified with SECRET_KEY_FALLBACKS too. The only module that imports
`django.core.signing`.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.core import signing


class Purpose(StrEnum):
    """What a signature is for. One of another purpose is refused."""

    CURSOR = "cursor"
    EXPORT_LINK = "export-link"
    TRIAL = "trial"
    LOGOUT = "logout"
    SELECTION = "selection"


class BadSignature(ValueError):
    """The text was not signed here for this purpose and scope, or it is too old."""


def sign(value: Any, purpose: Purpose, scope: str = "") -> str:
    """Return JSON `value` as text that is safe in a URL and readable by anyone, with its signature.
    `scope` narrows the purpose: to one list, for example."""
    return signing.dumps(value, salt=_salt(purpose, scope))


def verify(text: str, purpose: Purpose, scope: str = "", *, max_age: timedelta | None = None) -> Any:
    """Return the value that `sign` was given for the same purpose and scope, at most `max_age` ago.

    Raises BadSignature."""
    try:
        return signing.loads(text, salt=_salt(purpose, scope), max_age=max_age)
    except signing.BadSignature:
        raise BadSignature(f"no valid signature of a {purpose}") from None


def _salt(purpose: Purpose, scope: str) -> str:
    # A salt per purpose and scope: a cursor of one list, or a link, cannot be used as another.
    return f"users.{purpose}.{scope}"
