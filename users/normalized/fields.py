"""The `fields` and `include_fields` parameters."""

from __future__ import annotations

from typing import Any


def pick(shown: dict[str, Any], query: dict[str, Any]) -> dict[str, Any]:
    """What a checked query asks for: only the named fields, or all but them. No names:
    everything, whatever `include_fields` says."""
    names = frozenset(query.get("fields", "").replace(" ", "").split(",")) - {""}
    include = query.get("include_fields", True)
    if not names:
        return shown
    return {name: value for name, value in shown.items() if (name in names) is include}
