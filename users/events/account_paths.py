"""Which parts of accounts a webhook names: `app_metadata`, or `app_metadata.plan` for one key."""

from __future__ import annotations

from collections.abc import Collection

from users.models import Change
from users.rights.visible import PROFILE

# Parts that name what changed; of the others nothing but themselves is told.
PARTS = (
    PROFILE,
    "user_metadata",
    "app_metadata",
    "roles",
    "permissions",
    "identities",
    "multifactor",
    Change.What.PASSWORD,
    Change.What.STAFF_RIGHTS,
)


class InvalidPath(ValueError):
    """No part of an account. The text is a sentence for people."""


def check_paths(paths: Collection[str]) -> None:
    """Raises BadPath."""
    for path in paths:
        part, dot, key = path.partition(".")
        if part not in PARTS or (dot and not key):
            raise InvalidPath(f"{path[:100]} is no part of an account. There are {', '.join(PARTS)}.")


def is_path_listed(paths: Collection[str], part: str, key: str) -> bool:
    """Whether any of the paths is the part, or this key of it."""
    return part in paths or f"{part}.{key}" in paths
