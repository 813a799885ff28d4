"""Which tests the indexes of a key serve."""

from __future__ import annotations

from users.models import IndexedKey
from users.search.conditions import Equals, Like, Test, TextBetween

# Characters of a text that stand in an index, since a database limits how long its entries are.
# What decides about shorter text decides about its beginning.
INDEXED_PREFIX_LENGTH = 200


def can_use_index(kind: str, test: Test) -> bool:
    """Whether the indexes of a key of that kind find what passes the test. Values of other types
    stand in an index of their own, in no order, and are few."""
    if kind == IndexedKey.Kind.NUMBER:
        return True
    match test:
        case Equals(text):
            return len(text) < INDEXED_PREFIX_LENGTH
        case TextBetween(low, high):
            return all(end is None or len(end) < INDEXED_PREFIX_LENGTH for end in (low, high))
        case Like((first, *_)):
            return 0 < len(first) < INDEXED_PREFIX_LENGTH
        case _:
            return True
