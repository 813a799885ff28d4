"""The differences between two states of a document, key by key at the first level."""

from __future__ import annotations

from users.metadata.documents import JSON, Document
from users.metadata.equal import is_strictly_equal

# {"plan": {"before": "free", "after": "full"}}; a side on which the key is missing is left out.
Diff = dict[str, dict[str, JSON]]


def diff(before: Document | None, after: Document | None) -> Diff:
    """The keys that differ, each with its value before and after. None counts as empty."""
    before, after = before or {}, after or {}
    changes: Diff = {}
    for key in sorted(before.keys() | after.keys()):
        if key in before and key in after and is_strictly_equal(before[key], after[key]):
            continue
        sides = {"before": before, "after": after}
        changes[key] = {side: state[key] for side, state in sides.items() if key in state}
    return changes
