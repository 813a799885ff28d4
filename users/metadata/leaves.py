"""The leaves at which two values differ, as deep as it helps a reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from users.metadata.documents import JSON
from users.metadata.equal import is_strictly_equal
from users.metadata.three_way import ABSENT

# Object keys as str, list indexes as int.
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Leaf:
    """At `path` the value was `before` and is `after`; ABSENT on the side where it is missing."""

    path: Path
    before: JSON
    after: JSON


def diff_leaves(before: JSON, after: JSON, path: Path = ()) -> Iterator[Leaf]:
    """The differences, none for equal values.

    Descends into two objects with a common key, and into two lists of equal length; anything else is
    easier to read as a whole, before and after.
    """
    if before is not ABSENT and after is not ABSENT and is_strictly_equal(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() & after.keys():
        for name in sorted(before.keys() | after.keys()):
            yield from diff_leaves(before.get(name, ABSENT), after.get(name, ABSENT), (*path, name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from diff_leaves(old, new, (*path, index))
    else:
        yield Leaf(path, before, after)


def get_at_path(value: JSON, path: tuple[str, ...]) -> JSON:
    """The value at the path; ABSENT where there is none. Items of lists are addressed by index."""
    for name in path:
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isascii() and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return ABSENT
    return value
