"""Up to when the log is complete.

A line gets its moment when its transaction writes it, and can be read once that has ended, be it
much later and after others. Whoever walks through the log and must miss nothing goes as far as the
oldest transaction under way, and no further.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

# More than the clocks of the servers differ by, and than a writer may wait for SQLite's lock.
CLOCK_MARGIN = timedelta(seconds=6)

# Whoever has written, or waits for a lock to write. Readers, however long, hold nothing up.
_OLDEST_WRITER = """
    SELECT min(xact_start) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND (backend_xid IS NOT NULL OR wait_event_type = 'Lock')
"""


@contextmanager
def stable_until() -> Iterator[datetime]:
    """The moment before which nothing will be added any more, to what is read within."""
    if connection.vendor == "postgresql":
        # Asked before the lines are: who ends in between is still heeded.
        yield min(timezone.now(), _oldest_writer() or timezone.now()) - CLOCK_MARGIN
        return
    with transaction.atomic():  # SQLite's write lock: nobody else is writing
        yield timezone.now() - CLOCK_MARGIN


def _oldest_writer() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST_WRITER)
        oldest: datetime | None = cursor.fetchone()[0]
        return oldest
