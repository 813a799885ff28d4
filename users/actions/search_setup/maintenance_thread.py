"""Run long DDL of PostgreSQL outside a transaction, one worker at a time, under an advisory lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from django.db import connection

# The id of the advisory lock, chosen here. The server holds it until the current statement is finished, even
# if the worker was killed.
ADVISORY_LOCK_ID = 7_316_442_019


class MaintenanceThread:
    """Runs `work` in a thread with its own connection, when no other worker does. Used in a `with`
    statement, which cancels the work when the block is left early, and raises its error."""

    def __init__(self, work: Callable[[MaintenanceThread], None]) -> None:
        # The process id of its connection at the server; None until it is connected.
        self.pid: int | None = None
        self._work = work
        self._is_stopped = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Cancelled at the server as well: a thread waiting for a statement does not look at the event.
        self._is_stopped.set()
        while self.is_running(seconds=0.2):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_cancel_backend(%s)", [self.pid])
        if error is None and self._error is not None:
            raise self._error

    def is_running(self, *, seconds: float) -> bool:
        """Whether it is still running after so many seconds."""
        self._thread.join(seconds)
        return self._thread.is_alive()

    def execute(self, statement: str, *parameters: Any) -> Any:
        """For `work`: execute a statement, and return its first row, if any."""
        if self._is_stopped.is_set():
            raise InterruptedError
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchone() if cursor.description else None

    def _run(self) -> None:
        try:
            # The limits of requests do not apply: an index of a large table takes minutes.
            self.execute("SET statement_timeout = 0")
            self.execute("SET lock_timeout = 0")
            [self.pid] = self.execute("SELECT pg_backend_pid()")
            # Polled: a statement waiting for the lock would hold a snapshot, and CREATE INDEX CONCURRENTLY
            # waits for older snapshots: a deadlock.
            while not self.execute(f"SELECT pg_try_advisory_lock({ADVISORY_LOCK_ID})")[0]:
                self._is_stopped.wait(1)
            self._work(self)
        except Exception as error:
            self._error = error
        finally:
            connection.close()
