"""Scan the record of changes for matches, within a time budget.

There cannot be an index for every combination of filters. So the lines are read in order, in steps of
bounded length, until a page is full or the budget is spent; then the page carries the cursor reached, and
the caller may continue from it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from users.history.changed_keys import TouchesAnyKey
from users.history.memory_budget import KEYS_LENGTH, is_over_budget, take_within_budget
from users.listing.cursor import decode_cursor, encode_cursor
from users.listing.keyset import Keyset, Position
from users.models import Change

LIST = "changes"
NEWEST_FIRST = Keyset(("at", "id"), is_descending=True)
SCAN_BUDGET_SECONDS = 1.0
# Matches fetched at a time, each of which may be large.
FETCH_SIZE = 10
# Lines in the first step, and in the longest: short at first for filters that match often, then growing.
FIRST_STEP, MAX_STEP = 1_000, 64_000
# Up to so many lines that touched a key are fetched and sorted; more are frequent enough for the scan to
# meet.
MAX_INDEXED_CHANGES = 2_000


@dataclass(frozen=True)
class ChangePage:
    """One page of the record of changes.

    `older` is the position to continue from, None at the end of the record. `is_incomplete`: the time or
    memory budget ran out, and only changes newer than `older` have been scanned.
    """

    changes: list[Change]
    older: Position | None = None
    is_incomplete: bool = False

    @property
    def next_cursor(self) -> str | None:
        """`older` for a URL; `read_start` reads it."""
        return encode_cursor(LIST, self.older) if self.older else None

    @property
    def searched_to(self) -> datetime | None:
        """The time back to which the record was looked through, where `is_incomplete`."""
        return self.older[0] if self.older and self.is_incomplete else None


def read_start(cursor: str) -> Position | None:
    """The position in the record that a `next_cursor` names; None for any other text."""
    return decode_cursor(LIST, cursor, NEWEST_FIRST.fields(Change.objects.all()))


def scan_changes(
    changes: QuerySet[Change],
    sift: Callable[[QuerySet[Change]], QuerySet[Change]] | None,
    keep: Callable[[Change], bool],
    *,
    names: Sequence[str] = (),
    after: Position | None,
    limit: int,
) -> ChangePage:
    """Newest first, those of `changes` (which one index serves) that `sift` leaves and `keep` accepts.
    Without `sift` hardly any line is skipped. `names`: the keys they must have touched, where an index may
    help."""
    # A clock that is never set back, unlike the time of day.
    deadline = time.monotonic() + SCAN_BUDGET_SECONDS
    found: list[Change] = []
    step, place = FIRST_STEP, after
    with ExitStack() as rest:
        while True:
            end = _skip_ahead(changes, place, step) if sift else None
            lines = between(changes, place, end)
            hits = _fetch_matches(sift(lines), limit + 1) if sift else lines[: limit + 1]
            batch = list(
                take_within_budget(hits.annotate(weight=KEYS_LENGTH).iterator(chunk_size=FETCH_SIZE))
            )
            found += filter(keep, batch)
            if len(found) > limit:
                return ChangePage(found[:limit], NEWEST_FIRST.position(found[limit - 1]))
            if is_over_budget(batch):
                # Without `sift` nothing was searched in vain: a short page is a page like any other.
                return ChangePage(found, NEWEST_FIRST.position(batch[-1]), is_incomplete=sift is not None)
            if len(batch) > limit:
                place = NEWEST_FIRST.position(batch[-1])
            elif end is None:
                return ChangePage(found)
            else:
                place = end
                if step == FIRST_STEP:
                    rest.enter_context(_without_table_scans())
                    if (few := _changes_touching_keys(names)) is not None:
                        changes = changes.filter(pk__in=few)
                # Growing steps: a rare match is reached with few queries.
                step = min(step * 8, MAX_STEP)
            if time.monotonic() > deadline:
                return ChangePage(found, place, is_incomplete=True)


def _skip_ahead(changes: QuerySet[Change], place: Position | None, lines: int) -> Position | None:
    """The cursor so many lines on; None where there are not as many. An index-only scan."""
    positions = between(changes, place, None).values_list(*NEWEST_FIRST.columns)
    return next(iter(positions[lines - 1 : lines]), None)


def between(changes: QuerySet[Change], after: Position | None, end: Position | None) -> QuerySet[Change]:
    """The changes that follow `after`, as far as `end`, it included."""
    if after is not None:
        changes = changes.filter(NEWEST_FIRST.after(after))
    return changes if end is None else changes.filter(NEWEST_FIRST.until(end))


def _fetch_matches(lines: QuerySet[Change], most: int) -> QuerySet[Change]:
    """The first matches, in two queries.

    The columns that SQLite filters by are in one index, so that the long rows are read for matches only.
    In one query PostgreSQL might walk past everything: it plans a query fetched in parts as though only a
    few rows would be needed.
    """
    return Change.objects.filter(pk__in=list(lines.values_list("pk", flat=True)[:most]))


def _changes_touching_keys(names: Sequence[str]) -> list[int] | None:
    """The changes that touched any of the keys, if an index can say so and they are few; else None."""
    if not names or connection.vendor != "postgresql":
        return None
    lines = Change.objects.filter(TouchesAnyKey(names)).order_by().values_list("pk", flat=True)
    few = list(lines[: MAX_INDEXED_CHANGES + 1])
    return few if len(few) <= MAX_INDEXED_CHANGES else None


@contextmanager
def _without_table_scans() -> Iterator[None]:
    """Have PostgreSQL use indexes. It knows neither how few lines lie between two positions nor how rare a
    key without statistics is, and would read the whole record for one step."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_seqscan', 'off', true)")
        yield
        cursor.execute("SELECT set_config('enable_seqscan', 'on', true)")
