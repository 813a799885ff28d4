"""A line of the record in words."""

from __future__ import annotations

from typing import Any

from users.metadata.text import pretty
from users.models import Change

# Longer values are cut: the record holds them whole.
LONGEST = 300


def as_read(change: Change) -> dict[str, Any]:
    """What the template of the timeline reads."""
    return {
        "at": change.at,
        "actor": change.actor_name,
        "kind": change.get_actor_kind_display(),
        "face": change.get_face_display(),
        "what": change.get_what_display(),
        "reason": change.reason,
        "request_id": change.request_id,
        "keys": [
            {"name": key, "before": _side(sides, "before"), "after": _side(sides, "after")}
            for key, sides in change.keys.items()
        ],
    }


def _side(sides: dict[str, Any], side: str) -> str | None:
    """The value as JSON; None where there was none."""
    if side not in sides:
        return None
    text = pretty(sides[side])
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
