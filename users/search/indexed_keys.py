"""The indexed metadata keys, cached in each process.

The cache may be a few seconds old, which makes a search slow or fast, never wrong.
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

# The day of each key's last use in this process, and the keys whose row does not say so yet.
_last_used: dict[int, Any] = {}
_unsaved: set[int] = set()


def indexed_keys() -> Mapping[KeyPath, IndexedKey]:
    """The keys whose indexes are ready."""
    return _ready.get(None)


def _read_ready(_: None) -> Mapping[KeyPath, IndexedKey]:
    return {key.place: key for key in IndexedKey.objects.filter(status=IndexedKey.Status.READY)}


_ready = TTLCache(_read_ready, seconds=REMEMBER_SECONDS)


def is_sortable(document: str, path: tuple[str, ...]) -> bool:
    """Whether lists may be sorted by this key. Whether a viewer may do so, `visible` decides."""
    return (document, path) in indexed_keys()


def clear_indexed_keys_cache() -> None:
    """Read the database again next time: a key has changed."""
    _ready.clear()
    _last_used.clear()


def parse_key_path(name: str) -> KeyPath | None:
    """Parse `app_metadata.credits`; None for a name that is not within a document. Keys contain no dots."""
    document, *path = name.split(".")
    return (document, tuple(path)) if document in DOCUMENTS and path and all(path) else None


# When each was last used


def record_key_use(key: IndexedKey) -> None:
    """Note that an index of the key serves a query. In memory: a search must not write."""
    today = timezone.now().date()
    if _last_used.get(key.pk) != today:
        _last_used[key.pk] = today
        _unsaved.add(key.pk)


def save_key_use(**_: Any) -> None:
    """Store the uses, once a day for each key; called after a response has been sent."""
    if not _unsaved:
        return
    ids = set(_unsaved)
    _unsaved.difference_update(ids)
    today = timezone.now().date()
    before = Q(last_used_on=None) | Q(last_used_on__lt=today)
    try:
        IndexedKey.objects.filter(before, pk__in=ids).update(last_used_on=today)
    except DatabaseError:
        # Swallowed: it only shows administrators which keys are unused, and the next use tries again.
        log.warning("which keys are used could not be written down")
