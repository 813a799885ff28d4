"""Memory budget: how much of the record is read at a time.

A line may contain two documents of a megabyte each, and these take twenty times as much once parsed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from django.db.models import TextField
from django.db.models.functions import Cast, Length

# The size of a line, to be annotated as `weight`: computed by the database, before the line is read.
KEYS_LENGTH = Length(Cast("keys", TextField()))
# In characters of JSON.
MAX_KEYS_LENGTH = 4 * 1024 * 1024


class Weighed(Protocol):
    """A row annotated with its `weight`."""

    @property
    def weight(self) -> int | None: ...


Row = TypeVar("Row", bound=Weighed)


def take_within_budget(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the first rows up to the budget, at least one, so that a reader always gets on."""
    weight = 0
    for row in rows:
        yield row
        weight += row.weight or 0
        if weight > MAX_KEYS_LENGTH:
            return


def is_over_budget(rows: Iterable[Weighed]) -> bool:
    """Whether these rows exhaust the budget."""
    return sum(row.weight or 0 for row in rows) > MAX_KEYS_LENGTH
