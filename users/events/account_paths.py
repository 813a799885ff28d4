"""Paths in a webhook's configuration: `app_metadata`, or `app_metadata.plan` for one key."""

from __future__ import annotations

from collections.abc import Collection

from users.models import Change
from users.rights.visible import PROFILE

# Parts of which events name the keys that changed. Of other parts events name the part alone.
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
    """Not a part of a user. The text is a sentence for the administrator."""


def check_paths(paths: Collection[str]) -> None:
    """Raises InvalidPath."""
    for path in paths:
        part, dot, key = path.partition(".")
        if part not in PARTS or (dot and not key):
            raise InvalidPath(f"{path[:100]} is not a part of a user. There are {', '.join(PARTS)}.")


def is_path_listed(paths: Collection[str], part: str, key: str) -> bool:
    """Whether the paths contain the part, or this key of it."""
    return part in paths or f"{part}.{key}" in paths
