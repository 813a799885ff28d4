"""Metadata keys in a query that the metadata map does not have, such as typing errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches

from users.lucene.nodes import Name, Query, terms
from users.metadata.documents import DOCUMENTS
from users.metadata_map.keys import MetadataMap, visible_keys
from users.rights.actor import Actor
from users.search.searchable_fields import TYPE_PREFIX


@dataclass(frozen=True)
class UnknownMetadataKey:
    """`near` is a similar key, empty where there is none."""

    name: Name
    near: str


def unknown_keys(query: Query, viewer: Actor) -> list[UnknownMetadataKey]:
    """The unknown keys, each once; none before the first survey."""
    named = [_without_prefix(term.name) for term in terms(query) if term.name]
    asked = {str(name): name for name in named if name.path[0] in DOCUMENTS and len(name.path) > 1}
    drawn = MetadataMap()
    if not asked or drawn.latest is None:
        return []
    keys = visible_keys(viewer, drawn.keys().only("document", "path"))
    known = {str(key): tuple(key.path) for key in keys}
    return [
        UnknownMetadataKey(name, _closest_key(name, known))
        for text, name in asked.items()
        if text not in known
    ]


def _without_prefix(name: Name) -> Name:
    """The key whose type is asked for, where the name is of a type."""
    is_type = name.path[0] == TYPE_PREFIX and len(name.path) > 1
    return replace(name, path=name.path[1:]) if is_type else name


def _closest_key(name: Name, known: dict[str, tuple[str, ...]]) -> str:
    """Compared without the document, which is easily the wrong one."""
    document, *path = name.path
    places: dict[str, list[str]] = {}
    for key, inner in known.items():
        places.setdefault(".".join(inner), []).append(key)
    near = get_close_matches(".".join(path), places, n=1)
    return max(places[near[0]], key=lambda key: key.startswith(f"{document}.")) if near else ""
