"""The horizon: the time up to which the log is complete.

A line gets its time when its transaction writes it, and becomes visible when that commits, possibly much
later and after others. A reader that polls the log and must miss nothing reads up to the oldest
transaction in progress, and no further.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

# More than the difference between servers' clocks, and than a writer may wait for SQLite's lock.
CLOCK_MARGIN = timedelta(seconds=6)

# Transactions that have written, or wait for a lock to write. Readers, however long, are ignored.
_OLDEST_WRITER = """
    SELECT min(xact_start) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND (backend_xid IS NOT NULL OR wait_event_type = 'Lock')
"""


@contextmanager
def stable_until() -> Iterator[datetime]:
    """The time before which nothing more will be added, for what is read within the block."""
    if connection.vendor == "postgresql":
        # Before the lines are read: a transaction that ends in between is still respected.
        yield min(timezone.now(), _oldest_writer() or timezone.now()) - CLOCK_MARGIN
        return
    with transaction.atomic():  # SQLite's write lock: there is no other writer
        yield timezone.now() - CLOCK_MARGIN


def _oldest_writer() -> datetime | None:
    # Needs no privilege: transactions of other roles show their start only to members of pg_read_all_stats,
    # and the product uses one role.
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST_WRITER)
        oldest: datetime | None = cursor.fetchone()[0]
        return oldest
