"""The indexed keys of metadata, as this process knows them.

What it knows may be a few seconds old. That makes a search slow or fast, never wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from users.caching.ttl_cache import TTLCache
from users.metadata.documents import DOCUMENTS
from users.models import IndexedKey

log = logging.getLogger(__name__)

# The document and the path.
KeyPath = tuple[str, tuple[str, ...]]
# Seconds until every process knows of a change.
REMEMBER_SECONDS = 5.0

# The day on which each key was last used here; and those whose row does not say so yet.
_last_used: dict[int, Any] = {}
_unsaved: set[int] = set()


def indexed_keys() -> Mapping[KeyPath, IndexedKey]:
    """Those whose indexes are ready."""
    return _ready.get(None)


def _read_ready(_: None) -> Mapping[KeyPath, IndexedKey]:
    return {key.place: key for key in IndexedKey.objects.filter(status=IndexedKey.Status.READY)}


_ready = TTLCache(_read_ready, seconds=REMEMBER_SECONDS)


def is_sortable(document: str, path: tuple[str, ...]) -> bool:
    """Whether lists may be put in the order of the values of this key. By whom, `visible` says."""
    return (document, path) in indexed_keys()


def clear_indexed_keys_cache() -> None:
    """Ask the database next time: something has changed."""
    _ready.clear()
    _last_used.clear()


def parse_key_path(name: str) -> KeyPath | None:
    """`app_metadata.credits` as a place; None where the name is none within a document. Names of
    keys hold no dots."""
    document, *path = name.split(".")
    return (document, tuple(path)) if document in DOCUMENTS and path and all(path) else None


# When each was last used


def record_key_use(key: IndexedKey) -> None:
    """An index of the key serves a query."""
    today = timezone.now().date()
    if _last_used.get(key.pk) != today:
        _last_used[key.pk] = today
        _unsaved.add(key.pk)


def save_key_use(**_: Any) -> None:
    """Write it down, once a day for each key; called when an answer has been sent."""
    if not _unsaved:
        return
    ids = set(_unsaved)
    _unsaved.difference_update(ids)
    today = timezone.now().date()
    before = Q(last_used_on=None) | Q(last_used_on__lt=today)
    try:
        IndexedKey.objects.filter(before, pk__in=ids).update(last_used_on=today)
    except DatabaseError:
        # It is for people to see what can go. The next day tells, too.
        log.warning("which keys are used could not be written down")
