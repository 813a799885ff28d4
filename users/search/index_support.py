"""Which tests an index of a key supports."""

from __future__ import annotations

from users.models import IndexedKey
from users.search.conditions import Equals, HasType, Like, Test, TextBetween

# Characters of a text that are in the index, since databases limit the size of an entry. Comparisons with a
# shorter text are decided within this prefix.
INDEXED_PREFIX_LENGTH = 200


def can_use_index(kind: str, test: Test) -> bool:
    """Whether the indexes of a key of this kind find what passes the test. Values of other types are in a
    separate, unordered index, and are few."""
    # Types other than the ordered one have one index for all.
    if isinstance(test, HasType):
        return False
    if kind == IndexedKey.Kind.NUMBER:
        return True
    match test:
        case Equals(text):
            return len(text) < INDEXED_PREFIX_LENGTH
        case TextBetween(low, high):
            return all(end is None or len(end) < INDEXED_PREFIX_LENGTH for end in (low, high))
        # A wildcard at the beginning leaves no prefix to look up.
        case Like((first, *_)):
            return 0 < len(first) < INDEXED_PREFIX_LENGTH
        case _:
            return True
