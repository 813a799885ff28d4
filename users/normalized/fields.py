"""The `fields` and `include_fields` parameters."""

from __future__ import annotations

from typing import Any


def pick(shown: dict[str, Any], names: frozenset[str], *, include: bool) -> dict[str, Any]:
    """Only the named fields, or all but them. No names: everything, whatever `include` says."""
    if not names:
        return shown
    return {name: value for name, value in shown.items() if (name in names) is include}


def pick_asked(shown: dict[str, Any], query: dict[str, Any]) -> dict[str, Any]:
    """The same, as a checked query string asks: `fields` are separated by commas."""
    names = frozenset(query.get("fields", "").replace(" ", "").split(",")) - {""}
    return pick(shown, names, include=query.get("include_fields", True))
