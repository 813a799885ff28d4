"""Look along the record for what is wanted, so far and no further at a time.

Every kind of question cannot have an index of its own. So the lines are read in order, in steps of
bounded length, until there is a page of hits or the time is up; then the place reached is told,
and whoever likes goes on from it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
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
# So many hits are fetched at a time, of which each may be large.
FETCH_SIZE = 10
# So many lines in the first step, and in the longest.
FIRST_STEP, MAX_STEP = 1_000, 64_000
# Lines that touched a key: fewer than these are sorted at once, more are met soon enough.
MAX_INDEXED_CHANGES = 2_000


@dataclass(frozen=True)
class ChangePage:
    """One page of the record of changes.

    `older` is the position to go on from, None at the end of the record. `is_incomplete`: the time budget or
    the memory budget ran out, and only what is newer than `older` has been scanned."""

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
    """Newest first, of `changes`, which one index serves, those that `sift` leaves and `keep`
    agrees to. Without a `sift` hardly a line is passed over. `names`: what they must have
    touched, where an index of that may help."""
    deadline = time.monotonic() + SCAN_BUDGET_SECONDS
    found: list[Change] = []
    step, place = FIRST_STEP, after
    while True:
        end = _skip_ahead(changes, place, step) if sift else None
        lines = between(changes, place, end)
        hits = _fetch_matches(sift(lines), limit + 1) if sift else lines[: limit + 1]
        batch = list(take_within_budget(hits.annotate(weight=KEYS_LENGTH).iterator(chunk_size=FETCH_SIZE)))
        found += filter(keep, batch)
        if len(found) > limit:
            return ChangePage(found[:limit], NEWEST_FIRST.position(found[limit - 1]))
        if is_over_budget(batch):
            return ChangePage(found, NEWEST_FIRST.position(batch[-1]), is_incomplete=sift is not None)
        if len(batch) > limit:
            place = NEWEST_FIRST.position(batch[-1])
        elif end is None:
            return ChangePage(found)
        else:
            place = end
            if step == FIRST_STEP and (few := _changes_touching_keys(names)) is not None:
                changes = changes.filter(pk__in=few)
            step = min(step * 8, MAX_STEP)
        if time.monotonic() > deadline:
            return ChangePage(found, place, is_incomplete=True)


def _skip_ahead(changes: QuerySet[Change], place: Position | None, lines: int) -> Position | None:
    """So many lines on; None where there are not as many. An index alone answers."""
    positions = between(changes, place, None).values_list(*NEWEST_FIRST.columns)
    return next(iter(positions[lines - 1 : lines]), None)


def between(changes: QuerySet[Change], after: Position | None, end: Position | None) -> QuerySet[Change]:
    """The changes that follow `after`, as far as `end`, it included."""
    if after is not None:
        changes = changes.filter(NEWEST_FIRST.after(after))
    return changes if end is None else changes.filter(NEWEST_FIRST.until(end))


def _fetch_matches(lines: QuerySet[Change], most: int) -> QuerySet[Change]:
    """The first of them. What SQLite sifts by stands in one index, so the lines themselves, long
    as they are, are read only of hits. Asked for both at once, PostgreSQL may walk past everything:
    it plans what is fetched bit by bit as though hardly a bit would be."""
    return Change.objects.filter(pk__in=list(lines.values_list("pk", flat=True)[:most]))


def _changes_touching_keys(names: Sequence[str]) -> list[int] | None:
    """The lines that touched the key, where an index knows and they are few."""
    if not names or connection.vendor != "postgresql":
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        # Of a key never seen before the planner believes that it will be met soon.
        cursor.execute("SELECT set_config('enable_seqscan', 'off', true)")
        lines = Change.objects.filter(TouchesAnyKey(names)).order_by().values_list("pk", flat=True)
        few = list(lines[: MAX_INDEXED_CHANGES + 1])
        cursor.execute("SELECT set_config('enable_seqscan', 'on', true)")
    return few if len(few) <= MAX_INDEXED_CHANGES else None
