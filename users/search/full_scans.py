"""Detect full scans: the metadata keys for which a search reads all users, and whether an index would
help."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from django.db import connection

from users.lucene.parser import Implicit, parse
from users.metadata.documents import DOCUMENTS
from users.models import IndexedKey
from users.rights.actor import Actor
from users.search.conditions import (
    All,
    AnyOf,
    Condition,
    Equals,
    Exists,
    Flag,
    Leaf,
    Not,
    NumberBetween,
    Test,
)
from users.search.index_support import can_use_index
from users.search.indexed_keys import KeyPath, indexed_keys
from users.search.query import compile_query
from users.search.sql.expression import EMITTERS
from users.search.sql.sqlite import can_use_json_path


@dataclass(frozen=True)
class SlowKey:
    """A key without a usable index. `kind` is the index that would make it fast; None where any would.
    `is_indexable`: one would."""

    place: KeyPath
    kind: str | None
    is_indexable: bool

    def __str__(self) -> str:
        document, path = self.place
        return ".".join((document, *path))


def find_slow_keys(
    text: str, viewer: Actor, *, implicit: Implicit = Implicit.OR, strict: bool = False
) -> tuple[SlowKey, ...]:
    """The keys, each once, for which this query scans all users; none where indexes serve it, or where no
    index of a key could. Raises QueryError, and Denied for what `viewer` may not search by."""
    return find_slow_keys_in_condition(
        compile_query(parse(text, implicit=implicit), viewer=viewer, strict=strict)
    )


def find_slow_keys_in_condition(condition: Condition) -> tuple[SlowKey, ...]:
    """The same for a compiled query."""
    found = {(leaf.field.document, leaf.field.path): leaf.test for leaf in _unindexed_tests(condition) or ()}
    return tuple(_slow_key(place, test) for place, test in found.items())


def _unindexed_tests(condition: Condition) -> tuple[Leaf, ...] | None:
    """None where indexes find a part that includes all matches; else the tests that prevent it. An empty
    tuple: no index would help."""
    match condition:
        case Leaf():
            return None if _is_indexed(condition) else (condition,)
        # No index helps to find the users without something: they are nearly all.
        case Not():
            return ()
        case All(parts):
            found = [_unindexed_tests(part) for part in parts]
            # One indexed part of an AND is enough: the others filter its matches.
            unindexed = [leaves for leaves in found if leaves is not None]
            return None if len(unindexed) < len(found) else tuple(chain.from_iterable(unindexed))
        case AnyOf(parts):
            # An OR needs an index for every part: one part without it scans all users anyway.
            unindexed = [leaves for leaves in map(_unindexed_tests, parts) if leaves is not None]
            if not unindexed:
                return None
            return tuple(chain.from_iterable(unindexed)) if all(unindexed) else ()


def _is_indexed(leaf: Leaf) -> bool:
    place = leaf.field.document, leaf.field.path
    if leaf.field.document not in DOCUMENTS:
        return True
    key = indexed_keys().get(place)
    if key is not None and can_use_index(key.kind, leaf.test):
        return True
    return EMITTERS[connection.vendor].has_value_index and isinstance(leaf.test, Equals | Flag)


def _slow_key(place: KeyPath, test: Test) -> SlowKey:
    kind = _index_kind_for(test)
    can_be_spelt_here = connection.vendor != "sqlite" or can_use_json_path(place[1])
    return SlowKey(
        place, kind, bool(place[1]) and can_be_spelt_here and (kind is None or can_use_index(kind, test))
    )


def _index_kind_for(test: Test) -> str | None:
    match test:
        case Exists():
            return None
        case NumberBetween():
            return IndexedKey.Kind.NUMBER
        case Equals(number=number) if number is not None:
            return IndexedKey.Kind.NUMBER
        case _:
            return IndexedKey.Kind.TEXT
