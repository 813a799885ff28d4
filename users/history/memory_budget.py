"""How much of the record is held in memory at a time.

A line may hold two documents of a megabyte each, and these take up twenty times as much once read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from django.db.models import TextField
from django.db.models.functions import Cast, Length

# Of a line, to be annotated as `weight`.
KEYS_LENGTH = Length(Cast("keys", TextField()))
# Characters of JSON.
MAX_KEYS_LENGTH = 4 * 1024 * 1024


class Weighed(Protocol):
    """A row that is annotated with its weight."""

    @property
    def weight(self) -> int | None: ...


Row = TypeVar("Row", bound=Weighed)


def take_within_budget(rows: Iterable[Row]) -> Iterator[Row]:
    """Of rows that have a `weight` the first few, one at least."""
    weight = 0
    for row in rows:
        yield row
        weight += row.weight or 0
        if weight > MAX_KEYS_LENGTH:
            return


def is_over_budget(rows: Iterable[Weighed]) -> bool:
    """Whether these are as much as fits."""
    return sum(row.weight or 0 for row in rows) > MAX_KEYS_LENGTH
