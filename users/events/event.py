"""An event in the form of Standard Webhooks: type, timestamp, data.

Source: standardwebhooks.com, "Payload structure".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from users.events.event_types import event_types
from users.history.timeline import visible_keys
from users.metadata.diff import Diff
from users.metadata.documents import DOCUMENTS
from users.models import Change
from users.representation.timestamps import format_time
from users.rights.actor import Actor
from users.rights.visible import PROFILE, visible

# The changed keys by part of the user: {"app_metadata": {"plan": both sides}}.
Parts = dict[str, Diff]

What = Change.What


def show_all(part: str, key: str) -> bool:
    """Include the values of every key."""
    return True


def build_event(
    change: Change,
    viewer: Actor,
    *,
    type: str | None = None,
    shows: Callable[[str, str], bool] = show_all,
) -> dict[str, Any]:
    """The event as `viewer` may see it: names of keys under `keys`, and under `changes` both sides of
    those for which `shows` is true. A side on which the key was missing is left out."""
    parts = group_by_part(change.what, visible_keys(change, None, viewer))
    changes = {
        part: shown
        for part, keys in parts.items()
        if (shown := {key: sides for key, sides in keys.items() if shows(part, key)})
    }
    is_reader = visible(viewer, PROFILE)
    return {
        # The change's id, which the user's history shows as well: consumers can correlate the two, and
        # deduplicate.
        "id": str(change.pk),
        "type": type or event_types(change)[0],
        "timestamp": format_time(change.at),
        "data": {
            "user_id": change.subject,
            "what": change.what,
            # Names of keys are always included; values only where `shows` allows, since receivers may log
            # what they get.
            "keys": {part: sorted(keys) for part, keys in parts.items()},
            "changes": changes,
            "actor": {
                "kind": change.actor_kind,
                "id": change.actor_id,
                "name": change.actor_name if is_reader else None,
            },
            "face": change.face,
            "reason": change.reason or None if is_reader else None,
            "request_id": change.request_id or None,
        },
    }


def group_by_part(what: str, keys: Diff) -> Parts:
    """Group keys by the part of the user that changed. The creation of a user touches all parts: there
    each document is a part of its own, key by key."""
    if what not in (What.CREATED, What.DELETED):
        return {what: keys} if keys else {}
    parts: Parts = {}
    for field, sides in keys.items():
        if field not in DOCUMENTS:
            parts.setdefault(PROFILE, {})[field] = sides
            continue
        for side, document in sides.items():
            for key, value in (document or {}).items():
                parts.setdefault(field, {}).setdefault(key, {})[side] = value
    return parts
