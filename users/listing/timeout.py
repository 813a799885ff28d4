"""A time limit for queries, enforced by the database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

from users.availability.outage import is_statement_stopped
from users.querying.errors import SearchTimeout

# Steps of SQLite's virtual machine between two looks at the clock.
PROGRESS_STEPS = 10_000


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Limit each statement in the block to so many seconds. Raises SearchTimeout."""
    limited = _postgresql if connection.vendor == "postgresql" else _sqlite
    try:
        with limited(seconds):
            yield
    except OperationalError as error:
        if is_statement_stopped(error):
            raise SearchTimeout from error
        raise


@contextmanager
def _postgresql(seconds: float) -> Iterator[None]:
    is_part = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        # JIT off: compiling a query that takes milliseconds takes longer than running it.
        cursor.execute(
            "SELECT current_setting('statement_timeout'),"
            " set_config('statement_timeout', %s, true), set_config('jit', 'off', true)",
            [str(round(seconds * 1000))],
        )
        before = cursor.fetchone()[0]
        yield
        if is_part:  # the rest of the caller's transaction keeps its own limit
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])


@contextmanager
def _sqlite(seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    deadline = time.monotonic() + seconds
    connection.connection.set_progress_handler(lambda: time.monotonic() > deadline, PROGRESS_STEPS)
    try:
        yield
    finally:
        connection.connection.set_progress_handler(None, 0)
