"""Mask secrets in the configuration that is recorded."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from users.metadata.documents import JSON, Document
from users.metadata.three_way import ABSENT

SECRET, NEW_SECRET = "(secret)", "(new secret)"
# Names of fields, in snake case, whose text is a secret. Settings about secrets, such as
# `passwordPolicy` or `token_lifetime`, do not match.
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:secret|token|credentials?|passphrase|api_?key|(?:private|signing|encryption|decryption)_key)$"
    r"|^pass(?:word)?$|_(?:encrypted|hash|password)$"
)
# Not a password: the script of this name in Auth0's custom databases.
_PASSWORD_SCRIPT = "change_password"  # noqa: S105
# Objects and lists all of whose texts are secrets, but for their names.
_SECRET_CONTAINERS = frozenset({"configuration", "secrets"})
# URLs that are called with events: what follows the host is often a token.
_CALLED_URL = "url"
# `user:password@` in a URL.
_USER_INFO = re.compile(r"(?<=://)[^/?#\s@]+@")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def mask_secrets(before: Document | None, after: Document | None) -> tuple[Document | None, Document | None]:
    """Replace secrets on both sides of a change, at any depth. A secret that the change replaced
    reads differently on the two sides, so that the change shows and the values do not."""
    return _mask(before, after, SECRET), _mask(after, before, NEW_SECRET)


def _mask(value: JSON, other: JSON, changed: str, name: str = "", *, is_secret: bool = False) -> JSON:
    """`value` of the field `name`, without secrets. `other` is the value in its place on the other side,
    and `changed` is the mask of a secret that differs there."""
    if isinstance(value, dict):
        others = other if isinstance(other, dict) else {}
        return {
            key: _mask(
                item, others.get(key, ABSENT), changed, key, is_secret=_is_secret(key, item, is_secret)
            )
            for key, item in value.items()
        }
    # Items of lists are compared by index only where both lists have the same length; else their secrets are
    # masked alike.
    if isinstance(value, list):
        beside = other if isinstance(other, list) and len(other) == len(value) else [ABSENT] * len(value)
        return [
            _mask(item, one, changed, name, is_secret=is_secret)
            for item, one in zip(value, beside, strict=True)
        ]
    if not isinstance(value, str) or not value:
        return value
    mask = changed if isinstance(other, str) and value != other else SECRET
    if is_secret:
        return mask
    return _mask_path(value, mask) if name == _CALLED_URL else _USER_INFO.sub(f"{SECRET}@", value)


def _is_secret(name: str, value: JSON, is_inside_secret: bool) -> bool:
    """Whether the texts in the field `name` are secrets."""
    if name in _SECRET_CONTAINERS:
        return True
    if is_inside_secret:
        return name != "name"
    snake = _CAPITAL.sub("_", name).lower()
    # An object named `password` holds settings about passwords.
    return not isinstance(value, dict) and snake != _PASSWORD_SCRIPT and bool(_SECRET_NAME.search(snake))


def _mask_path(url: str, mask: str) -> str:
    """Only scheme, host and port of a URL, which have been checked to hold no password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/{mask}"
