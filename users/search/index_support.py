"""Which tests the indexes of a key serve."""

from __future__ import annotations

from users.models import IndexedKey
from users.search.conditions import Equals, Like, Test, TextBetween

# Characters of a text that stand in an index, since a database limits how long its entries are.
# What decides about shorter text decides about its beginning.
CUT = 200


def serves(kind: str, test: Test) -> bool:
    """Whether the indexes of a key of that kind find what passes the test. Values of other types
    stand in an index of their own, in no order, and are few."""
    if kind == IndexedKey.Kind.NUMBER:
        return True
    match test:
        case Equals(text):
            return len(text) < CUT
        case TextBetween(low, high):
            return all(end is None or len(end) < CUT for end in (low, high))
        case Like((first, *_)):
            return 0 < len(first) < CUT
        case _:
            return True
