"""Statements of PostgreSQL that take long and bear no transaction, one worker at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from django.db import connection

# Whoever makes or drops indexes of keys holds this lock of the database's, made up here. The server
# holds on to it until the statement under way is through, even if the worker has been killed.
ADVISORY_LOCK_ID = 7_316_442_019


class MaintenanceThread:
    """Does `work` in a thread with a connection of its own, when no other does. To be entered by
    `with`, which stops it where the block is left early, and raises what it raised."""

    def __init__(self, work: Callable[[MaintenanceThread], None]) -> None:
        # The number of its process at the server; None until there is one.
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
        self._is_stopped.set()
        while self.is_running(seconds=0.2):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_cancel_backend(%s)", [self.pid])
        if error is None and self._error is not None:
            raise self._error

    def is_running(self, *, seconds: float) -> bool:
        """Whether it still is, after so long."""
        self._thread.join(seconds)
        return self._thread.is_alive()

    def execute(self, statement: str, *parameters: Any) -> Any:
        """For `work`: the first row, where there is one."""
        if self._is_stopped.is_set():
            raise InterruptedError
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchone() if cursor.description else None

    def _run(self) -> None:
        try:
            self.execute("SET statement_timeout = 0")
            self.execute("SET lock_timeout = 0")
            [self.pid] = self.execute("SELECT pg_backend_pid()")
            # Tried again and again: a statement that waited for it would be waited for in turn, by
            # whoever makes an index.
            while not self.execute(f"SELECT pg_try_advisory_lock({ADVISORY_LOCK_ID})")[0]:
                self._is_stopped.wait(1)
            self._work(self)
        except Exception as error:
            self._error = error
        finally:
            connection.close()
