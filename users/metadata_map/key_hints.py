"""What the metadata map says about single keys, for the editor: types, values, keys below it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q

from users.metadata.documents import DOCUMENTS
from users.metadata.paths import Path
from users.metadata_map.keys import KeyCounts, MetadataMap
from users.models import MetadataKey
from users.rights.actor import Actor
from users.rights.visible import visible

# Keys looked up at a time, and keys suggested below one.
MAX_KEYS = MAX_CHILDREN = 50


def counts_by_name(names: Collection[str], viewer: Actor) -> dict[str, KeyCounts]:
    """Return the counts of keys by name ("app_metadata.limits.api_calls"), of the first MAX_KEYS.

    Keys that the viewer may not see, and those that no survey found, are left out. Two queries, however many
    names.
    """
    wanted: dict[str, list[str]] = defaultdict(list)
    for name in list(dict.fromkeys(names))[:MAX_KEYS]:
        document, *path = name.replace("\0", "").split(".")
        if document in DOCUMENTS and visible(viewer, document, tuple(path)):
            wanted[document].append(".".join(path))
    if not wanted:
        return {}
    condition = Q()
    for document, paths in wanted.items():
        condition |= Q(document=document, name__in=paths)
    return _with_counts(MetadataKey.objects.filter(condition))


def child_counts(document: str, parent: Path, viewer: Actor) -> dict[str, KeyCounts]:
    """Return the counts of the keys directly below `parent` (of the document, for the empty path) by their
    own names, those of most users first, at most MAX_CHILDREN."""
    if document not in DOCUMENTS or not visible(viewer, document, parent):
        return {}
    keys = MetadataKey.objects.filter(document=document)
    if parent:
        keys = keys.filter(name__startswith=f"{'.'.join(parent)}.".replace("\0", ""))
    else:
        keys = keys.exclude(name__contains=".")
    direct = [
        key for key in keys if len(key.path) == len(parent) + 1 and visible(viewer, document, tuple(key.path))
    ]
    names = {str(key): key.path[-1] for key in direct}
    found = sorted(_with_counts(direct).items(), key=lambda pair: (-pair[1].estimated_users, pair[0]))
    return {names[name]: counts for name, counts in found[:MAX_CHILDREN]}


def _with_counts(keys: Collection[MetadataKey]) -> dict[str, KeyCounts]:
    survey = MetadataMap()
    found = {str(key): survey.counts(key) for key in keys}
    return {name: counts for name, counts in found.items() if counts is not None}
