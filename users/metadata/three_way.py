"""Three-way merge: two users edited one document; combine both edits, key by key at the first level."""

from __future__ import annotations

from dataclasses import dataclass, field

from users.metadata.documents import JSON, Document
from users.metadata.equal import is_strictly_equal

# A sentinel for a missing key: equal to no JSON value, null included.
ABSENT = object()


@dataclass(frozen=True)
class ConflictingKey:
    """A key that both changed, differently; ABSENT on the side that removed it."""

    key: str
    mine: JSON
    theirs: JSON


@dataclass(frozen=True)
class Merged:
    """`document` is mine with the keys that only they changed; for `conflicts` it has mine. `taken` names
    the keys that came from them."""

    document: Document
    conflicts: list[ConflictingKey] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)


def merge_three_way(base: Document | None, mine: Document, theirs: Document) -> Merged:
    """Merge two descendants of `base`. Without a base every difference is a conflict. Modifies no
    argument."""
    merged = Merged(dict(mine))
    for key in sorted(mine.keys() | theirs.keys() | (base or {}).keys()):
        sides = [state.get(key, ABSENT) for state in (base or {}, mine, theirs)]
        _settle(merged, key, *sides, is_base_known=base is not None)
    return merged


def _settle(merged: Merged, key: str, old: JSON, mine: JSON, theirs: JSON, *, is_base_known: bool) -> None:
    if is_same_side(mine, theirs) or (is_base_known and is_same_side(old, theirs)):
        return
    if is_base_known and is_same_side(old, mine):
        set_or_remove(merged.document, key, theirs)
        merged.taken.append(key)
    else:
        merged.conflicts.append(ConflictingKey(key, mine, theirs))


def set_or_remove(document: Document, key: str, value: JSON) -> None:
    """Set the key, or remove it where the value is ABSENT."""
    if value is ABSENT:
        document.pop(key, None)
    else:
        document[key] = value


def is_same_side(left: JSON, right: JSON) -> bool:
    """Strictly equal, or both missing."""
    if left is ABSENT or right is ABSENT:
        return left is right
    return is_strictly_equal(left, right)
