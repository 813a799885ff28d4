"""The heartbeat: extends a job's lease while it is worked on."""

from __future__ import annotations

import logging
import threading
from types import TracebackType

from django.db import Error as DatabaseFailure
from django.db import connection

from users.jobs import queue
from users.jobs.run import Run
from users.jobs.timing import Timing

log = logging.getLogger(__name__)


class Heartbeat:
    """Extends the lease from a thread of its own, with its own database connection, as long as the block
    lasts: a step's open transaction must not hide it from other workers."""

    def __init__(self, run: Run, timing: Timing) -> None:
        self._run = run
        self._timing = timing
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat of {run.job}", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._over.wait(self._timing.heartbeat):
                self._extend_lease()
        finally:
            # Django closes connections at the end of requests only; a thread must close its own.
            connection.close()

    def _extend_lease(self) -> None:
        try:
            if not queue.extend_lease(self._run.job, self._timing.lease):
                self._run.is_lost.set()
        except DatabaseFailure as error:
            # The next beat tries again; if the lease ends meanwhile, the next step raises ClaimLost.
            log.warning("%s: no heartbeat (%s)", self._run.job, error)
            connection.close()
