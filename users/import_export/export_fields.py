"""Which fields an export writes, and how each is found in a profile.

Source: Auth0 docs, "Bulk User Exports": a name is a path, such as `identities[0].connection`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from users.metadata.documents import JSON
from users.representation.fields import FIELDS

# Source: the fields that Auth0's export extension proposes, in its order.
DEFAULT_FIELDS = (
    "user_id",
    "given_name",
    "family_name",
    "nickname",
    "name",
    "email",
    "email_verified",
    "picture",
    "identities[0].connection",
    "created_at",
    "updated_at",
)
# JSON lines have more of them, which take no space in users who lack them.
DEFAULT_JSON_FIELDS = (
    *DEFAULT_FIELDS,
    *(name for name in FIELDS if FIELDS[name].is_exported and name not in DEFAULT_FIELDS),
)
_STEP = re.compile(r"\[([0-9]{1,6})\]|([^.\[\]]+)")


@dataclass(frozen=True)
class ExportField:
    """`path` leads to the value, `title` stands above it."""

    path: tuple[str | int, ...]
    title: str


def parse_fields(given: list[dict[str, str]] | None, format: str) -> list[ExportField]:
    """Those asked for as `[{name, export_as}]`, or the usual ones of the format."""
    given = given or [{"name": name} for name in (DEFAULT_FIELDS if format == "csv" else DEFAULT_JSON_FIELDS)]
    return [ExportField(parse_path(item["name"]), item.get("export_as", item["name"])) for item in given]


def parse_path(name: str) -> tuple[str | int, ...]:
    """`identities[0].connection` as `("identities", 0, "connection")`."""
    return tuple(int(number) if number else key for number, key in _STEP.findall(name))


def to_row(profile: dict[str, JSON], fields: list[ExportField]) -> dict[str, Any]:
    """Values by title; what the profile lacks is left out."""
    found = ((field.title, _get_at_path(profile, field.path)) for field in fields)
    # Null and missing are not distinguished: profiles leave out what is not set.
    return {title: value for title, value in found if value is not None}


def _get_at_path(value: JSON, path: tuple[str | int, ...]) -> JSON:
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value
