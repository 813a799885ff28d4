"""The paths into a document, as searches have them: a path leads through objects, a list stands for
its items, and a list within a list for its own. A third level of lists is not looked into."""

from __future__ import annotations

from collections.abc import Iterator

from users.metadata.documents import JSON, Document
from users.metadata.equal import same

Path = tuple[str, ...]
LEVELS = 2


def reached(document: Document | None) -> dict[Path, list[JSON]]:
    """All that stands at each path; more than one thing where a list is on the way."""
    found: dict[Path, list[JSON]] = {}
    _into(document or {}, (), found)
    return found


def _into(value: Document, path: Path, found: dict[Path, list[JSON]]) -> None:
    for name, inner in value.items():
        here = (*path, name)
        found.setdefault(here, []).append(inner)
        for item in items(inner):
            if isinstance(item, dict):
                _into(item, here, found)


def items(value: JSON, levels: int = LEVELS) -> Iterator[JSON]:
    """What a list stands for; anything else stands for itself."""
    if not isinstance(value, list):
        yield value
    elif levels:
        for item in value:
            yield from items(item, levels - 1)


def has_value(value: JSON) -> bool:
    """Whether there is anything but null, here or anywhere below."""
    if isinstance(value, dict):
        return any(map(has_value, value.values()))
    if isinstance(value, list):
        return any(map(has_value, value))
    return value is not None


def differing(before: Document | None, after: Document | None) -> set[Path]:
    """The paths at which something else stands, or nothing any more."""
    old, new = reached(before), reached(after)
    return {
        path
        for path in old.keys() | new.keys()
        if path not in old or path not in new or not same(old[path], new[path])
    }
