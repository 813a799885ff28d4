"""The `fields` and `include_fields` parameters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from users.normalized.schema import Schema


def fields_query(names: Iterable[str] = ()) -> dict[str, Schema]:
    """Both parameters, for the query of an operation: these names and no other; without any, every
    name is taken, and those that there are not are passed over."""
    name = "|".join(names)
    return {
        "fields": {
            "type": "string",
            **({"pattern": f"^({name})(,({name}))*$"} if name else {}),
            "description": "Fields to keep or to leave out, separated by commas.",
        },
        "include_fields": {
            "type": "boolean",
            "default": True,
            "description": "Whether `fields` are the ones to keep.",
        },
    }


def pick(shown: dict[str, Any], query: dict[str, Any]) -> dict[str, Any]:
    """What a checked query asks for: only the named fields, or all but them. No names:
    everything, whatever `include_fields` says."""
    names = frozenset(query.get("fields", "").replace(" ", "").split(",")) - {""}
    include = query.get("include_fields", True)
    if not names:
        return shown
    return {name: value for name, value in shown.items() if (name in names) is include}
