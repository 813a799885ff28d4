"""The part of a worker that delivers, beside its jobs: neither waits for the other."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections, connection

from users.availability.report import log_failure
from users.events.stream import PUBLISH_BATCH_SIZE, publish
from users.webhooks.lease import WebhookLease, acquire_lease
from users.webhooks.timing import Timing

log = logging.getLogger(__name__)

# So many webhooks at a time. One whose receiver is slow holds up one of these, for its turn.
MAX_CONCURRENT_WEBHOOKS = 4


class Dispatcher:
    """Numbers what happened and tells it. Start as many as you like."""

    def __init__(self, timing: Timing | None = None) -> None:
        self._timing = timing or Timing()
        self._stopping = threading.Event()
        self._free = threading.Semaphore(MAX_CONCURRENT_WEBHOOKS)
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """In a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Let what is on its way arrive, a few seconds at most. Not for signal handlers."""
        self._stopping.set()
        self._thread.join()

    def work(self) -> bool:
        """One turn of one webhook, here and now. False: nothing is to be told."""
        publish()
        lane = acquire_lease(self._timing)
        if lane is not None:
            lane.work()
        return lane is not None

    def _run(self) -> None:
        """Until told to stop. Whatever goes wrong is logged, and the loop goes on."""
        with ThreadPoolExecutor(MAX_CONCURRENT_WEBHOOKS) as pool:
            while not self._stopping.is_set():
                close_old_connections()
                if not self._dispatch_next(pool):
                    self._stopping.wait(self._timing.poll)
        connection.close()

    def _dispatch_next(self, pool: ThreadPoolExecutor) -> bool:
        """Whether there was something to do."""
        if not self._free.acquire(timeout=self._timing.poll):
            return True
        lane, is_more = None, False
        try:
            is_more = publish() == PUBLISH_BATCH_SIZE
            lane = acquire_lease(self._timing)
        except Exception:
            log_failure(log, "the courier goes on after this")
        if lane is None:
            self._free.release()
            return is_more
        pool.submit(self._deliver, lane)
        return True

    def _deliver(self, lane: WebhookLease) -> None:
        try:
            lane.work(self._stopping.is_set)
        except Exception:
            # Its claim runs out by itself; what was not noted is sent again.
            log_failure(log, "a turn of a webhook broke")
        finally:
            connection.close()
            self._free.release()
