"""When keys were last written, from the record of changes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from users.metadata.diff import Diff
from users.metadata.documents import DOCUMENTS, Document
from users.metadata.paths import Path, changed_paths
from users.models import Change

# The most changes that are read, the latest first: the record grows for ever.
MAX_CHANGES = 10_000
# Changes fetched at a time: each may contain whole documents.
FETCH_SIZE = 20
SIDES = ("before", "after")


def last_written(keys: Collection[tuple[str, Path]]) -> dict[tuple[str, Path], datetime]:
    """By document and path, as far back as the record is read; for these keys only, since documents may
    contain any number of others."""
    lines = Change.objects.filter(what__in=[*DOCUMENTS, Change.What.CREATED]).order_by("-at", "-id")
    # Newest first, so the first time that is found for a key is the latest.
    found: dict[tuple[str, Path], datetime] = {}
    for what, changed, at in lines.values_list("what", "keys", "at")[:MAX_CHANGES].iterator(
        chunk_size=FETCH_SIZE
    ):
        for document, before, after in _documents(what, changed):
            for path in changed_paths(before, after):
                if (document, path) in keys:
                    found.setdefault((document, path), at)
    return found


def _documents(what: str, keys: Diff) -> Iterator[tuple[str, Document, Document]]:
    """Each document's changed keys before and after. The line of a creation contains whole documents."""
    if what in DOCUMENTS:
        before, after = ({key: side[name] for key, side in keys.items() if name in side} for name in SIDES)
        yield what, before, after
        return
    for document in DOCUMENTS:
        sides = keys.get(document, {})
        yield document, sides.get("before") or {}, sides.get("after") or {}
