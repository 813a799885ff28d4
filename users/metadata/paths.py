"""Paths into a document, as searches define them: a path leads through objects, a list stands for its
items, and a list in a list for its own. A third level of lists is not searched."""

from __future__ import annotations

from collections.abc import Iterator

from users.metadata.documents import JSON, Document
from users.metadata.equal import is_strictly_equal

Path = tuple[str, ...]
MAX_LIST_DEPTH = 2


def values_by_path(document: Document | None) -> dict[Path, list[JSON]]:
    """All values at each path; several where there is a list on the way."""
    found: dict[Path, list[JSON]] = {}
    _collect_values(document or {}, (), found)
    return found


def _collect_values(value: Document, path: Path, found: dict[Path, list[JSON]]) -> None:
    for name, inner in value.items():
        here = (*path, name)
        found.setdefault(here, []).append(inner)
        for item in items(inner):
            if isinstance(item, dict):
                _collect_values(item, here, found)


def items(value: JSON, levels: int = MAX_LIST_DEPTH) -> Iterator[JSON]:
    """The items of a list; any other value stands for itself."""
    if not isinstance(value, list):
        yield value
    elif levels:
        for item in value:
            yield from items(item, levels - 1)


def has_value(value: JSON) -> bool:
    """Whether there is anything but null, here or at any depth."""
    if isinstance(value, dict):
        return any(map(has_value, value.values()))
    if isinstance(value, list):
        return any(map(has_value, value))
    return value is not None


def changed_paths(before: Document | None, after: Document | None) -> set[Path]:
    """The paths whose values differ."""
    old, new = values_by_path(before), values_by_path(after)
    return {
        path
        for path in old.keys() | new.keys()
        if path not in old or path not in new or not is_strictly_equal(old[path], new[path])
    }
