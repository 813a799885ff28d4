"""Draw a random sample of users."""

from __future__ import annotations

import random

from django.db import connection

from users.models import User

# Up to so many users all ids are loaded to draw from.
MAX_IDS_IN_MEMORY = 100_000
# Ids read from a large table at a time, and how often, until enough are found.
IDS_PER_PROBE, MAX_PROBES = 500, 100
# Blocks of the table are drawn, not users, so more of them than needed on average.
OVERSAMPLING = 1.5


def sample_users(size: int) -> tuple[list[int] | None, int]:
    """Primary keys of `size` random users, ascending; and how many users there are.

    No keys (None) if there are no more users than that, so that all are to be read. On PostgreSQL, for
    more than MAX_IDS_IN_MEMORY users, their number is the planner's estimate and the size of the sample
    approximate.
    """
    # Counted up to a limit only: an exact count of a large table reads all of it.
    seen = User.objects.order_by().values("pk")[: max(size, MAX_IDS_IN_MEMORY) + 1].count()
    if seen <= size:
        return None, seen
    if seen <= MAX_IDS_IN_MEMORY:
        return _random_subset(list(User.objects.order_by().values_list("pk", flat=True)), size), seen
    if connection.vendor == "postgresql":
        people = max(_estimate_row_count(), seen)
        return _random_subset(_sample_blocks(min(100.0, 100 * OVERSAMPLING * size / people)), size), people
    return _probe_random_ids(size), User.objects.count()


def _random_subset(ids: list[int], size: int) -> list[int]:
    # Ascending, as the job continues after the last key it has read.
    return sorted(random.sample(ids, min(size, len(ids))))


def _estimate_row_count() -> int:
    """The number of rows as of PostgreSQL's last ANALYZE."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [User._meta.db_table]
        )
        rows: int = cursor.fetchone()[0]
        return rows


def _sample_blocks(percent: float) -> list[int]:
    """The users in a percentage of the table's blocks."""
    table = connection.ops.quote_name(User._meta.db_table)
    sql = f"SELECT id FROM {table} TABLESAMPLE SYSTEM (%s) WHERE linked_to_id IS NULL"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [percent])
        return [row[0] for row in cursor.fetchall()]


def _probe_random_ids(size: int) -> list[int]:
    """SQLite has no TABLESAMPLE, but looking up random ids is fast."""
    first, last = (
        User.objects.order_by(order).values_list("pk", flat=True).first() or 0 for order in ("pk", "-pk")
    )
    found: set[int] = set()
    for _ in range(MAX_PROBES):
        if len(found) >= size:
            break
        guesses = random.sample(range(first, last + 1), min(IDS_PER_PROBE, last + 1 - first))
        found |= set(User.objects.filter(pk__in=guesses).values_list("pk", flat=True))
    return _random_subset(sorted(found), size)
