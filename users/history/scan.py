"""Look along the record for what is wanted, so far and no further at a time.

Every kind of question cannot have an index of its own. So the lines are read in order, in steps of
bounded length, until there is a page of hits or the time is up; then the place reached is told,
and whoever likes goes on from it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet

from users.history.changed_keys import Touches
from users.history.memory_budget import WEIGHT, as_fit, is_full
from users.history.position import Place, between
from users.models import Change

SECONDS = 1.0
# So many hits are fetched at a time, of which each may be large.
FETCHED = 10
# So many lines in the first step, and in the longest.
FIRST_STEP, LONGEST_STEP = 1_000, 64_000
# Lines that touched a key: fewer than these are sorted at once, more are met soon enough.
FEW = 2_000


@dataclass(frozen=True)
class Found:
    """`older` is where to go on, None at the end of the record. `is_cut`: the time was up, or what
    there is too large, and only what is newer than `older` has been looked at."""

    changes: list[Change]
    older: Place | None = None
    is_cut: bool = False


def walk(
    changes: QuerySet[Change],
    sift: Callable[[QuerySet[Change]], QuerySet[Change]] | None,
    keep: Callable[[Change], bool],
    *,
    names: Sequence[str] = (),
    after: Place | None,
    limit: int,
) -> Found:
    """Newest first, of `changes`, which one index serves, those that `sift` leaves and `keep`
    agrees to. Without a `sift` hardly a line is passed over. `names`: what they must have
    touched, where an index of that may help."""
    deadline = time.monotonic() + SECONDS
    found: list[Change] = []
    step, place = FIRST_STEP, after
    while True:
        end = _further(changes, place, step) if sift else None
        lines = between(changes, place, end)
        hits = _hits(sift(lines), limit + 1) if sift else lines[: limit + 1]
        batch = list(as_fit(hits.annotate(weight=WEIGHT).iterator(chunk_size=FETCHED)))
        found += filter(keep, batch)
        if len(found) > limit:
            return Found(found[:limit], Place.of(found[limit - 1]))
        if is_full(batch):
            return Found(found, Place.of(batch[-1]), is_cut=sift is not None)
        if len(batch) > limit:
            place = Place.of(batch[-1])
        elif end is None:
            return Found(found)
        else:
            place = end
            if step == FIRST_STEP and (few := _touching(names)) is not None:
                changes = changes.filter(pk__in=few)
            step = min(step * 8, LONGEST_STEP)
        if time.monotonic() > deadline:
            return Found(found, place, is_cut=True)


def _further(changes: QuerySet[Change], place: Place | None, lines: int) -> Place | None:
    """So many lines on; None where there are not as many. An index alone answers."""
    at = between(changes, place, None).values_list("at", "pk")[lines - 1 : lines]
    return next((Place(*one) for one in at), None)


def _hits(lines: QuerySet[Change], most: int) -> QuerySet[Change]:
    """The first of them. What SQLite sifts by stands in one index, so the lines themselves, long
    as they are, are read only of hits. Asked for both at once, PostgreSQL may walk past everything:
    it plans what is fetched bit by bit as though hardly a bit would be."""
    return Change.objects.filter(pk__in=list(lines.values_list("pk", flat=True)[:most]))


def _touching(names: Sequence[str]) -> list[int] | None:
    """The lines that touched the key, where an index knows and they are few."""
    if not names or connection.vendor != "postgresql":
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        # Of a key never seen before the planner believes that it will be met soon.
        cursor.execute("SELECT set_config('enable_seqscan', 'off', true)")
        lines = Change.objects.filter(Touches(names)).order_by().values_list("pk", flat=True)
        few = list(lines[: FEW + 1])
        cursor.execute("SELECT set_config('enable_seqscan', 'on', true)")
    return few if len(few) <= FEW else None
