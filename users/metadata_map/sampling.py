"""Who is read for a sample."""

from __future__ import annotations

import random

from django.db import connection

from users.models import User

# Up to so many people the ids of all of them are fetched to draw from.
FEW = 100_000
# What is asked of a large table, and how often, until enough are found.
AT_ONCE, ROUNDS = 500, 100
# Blocks of the table are drawn, not people; so more of them than it takes on average.
MARGIN = 1.5


def choose(size: int) -> tuple[list[int] | None, int]:
    """Ids of so many people, drawn at random, in ascending order; and how many people there are.

    No ids: there are no more people than that, and everybody is to be read. Of more than FEW it is
    an estimate on PostgreSQL how many there are, and about so many are drawn.
    """
    seen = User.objects.order_by().values("pk")[: max(size, FEW) + 1].count()
    if seen <= size:
        return None, seen
    if seen <= FEW:
        return _some(list(User.objects.order_by().values_list("pk", flat=True)), size), seen
    if connection.vendor == "postgresql":
        people = max(_estimate(), seen)
        return _some(_sampled(min(100.0, 100 * MARGIN * size / people)), size), people
    return _guessed(size), User.objects.count()


def _some(ids: list[int], size: int) -> list[int]:
    return sorted(random.sample(ids, min(size, len(ids))))


def _estimate() -> int:
    """Rows of the table as PostgreSQL last knew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [User._meta.db_table]
        )
        return cursor.fetchone()[0]


def _sampled(percent: float) -> list[int]:
    """Those in so many per cent of the table's blocks."""
    table = connection.ops.quote_name(User._meta.db_table)
    sql = f"SELECT id FROM {table} TABLESAMPLE SYSTEM (%s) WHERE linked_to_id IS NULL"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [percent])
        return [row[0] for row in cursor.fetchall()]


def _guessed(size: int) -> list[int]:
    """SQLite has no samples; but ids that are made up at random are looked up fast."""
    first, last = (
        User.objects.order_by(order).values_list("pk", flat=True).first() for order in ("pk", "-pk")
    )
    found: set[int] = set()
    for _ in range(ROUNDS):
        if len(found) >= size:
            break
        guesses = random.sample(range(first, last + 1), min(AT_ONCE, last + 1 - first))
        found |= set(User.objects.filter(pk__in=guesses).values_list("pk", flat=True))
    return _some(sorted(found), size)
