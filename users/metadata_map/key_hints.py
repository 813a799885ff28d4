"""What the metadata map says about single keys, for the editor: types, values, keys below it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q
from django.db.models.functions import Substr

from users.metadata.documents import DOCUMENTS
from users.metadata.paths import Path
from users.metadata_map.keys import KeyCounts, MetadataMap, visible_keys
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
    return _with_counts(MetadataKey.objects.filter(condition), MetadataMap())


def child_counts(document: str, parent: Path, viewer: Actor) -> dict[str, KeyCounts]:
    """Return the counts of the keys directly below `parent` (of the document, for the empty path) by their
    own names, those of most users first, at most MAX_CHILDREN."""
    if document not in DOCUMENTS or not visible(viewer, document, parent):
        return {}
    survey = MetadataMap()
    prefix = "".join(f"{name}." for name in parent).replace("\0", "")
    below = survey.keys(document=document).filter(survey.is_found, name__startswith=prefix)
    # No key contains a dot.
    direct = below.alias(rest=Substr("name", len(prefix) + 1)).exclude(rest__contains=".")
    # Cut by the database: each row has what the surveys found, and there may be thousands.
    first = direct.order_by(survey.estimated_users.desc(), "name")[:MAX_CHILDREN]
    shown = visible_keys(viewer, first)
    names = {str(key): key.path[-1] for key in shown}
    return {names[name]: counts for name, counts in _with_counts(shown, survey).items()}


def _with_counts(keys: Iterable[MetadataKey], survey: MetadataMap) -> dict[str, KeyCounts]:
    found = {str(key): survey.counts(key) for key in keys}
    return {name: counts for name, counts in found.items() if counts is not None}
