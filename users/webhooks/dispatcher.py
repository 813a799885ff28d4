"""The part of a worker process that delivers webhooks, in threads of its own: jobs and deliveries do not
wait for each other."""

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

# A slow receiver occupies one of these threads until its time slice ends.
MAX_CONCURRENT_WEBHOOKS = 4


class Dispatcher:
    """Numbers new events and delivers them. Any number of workers may run one."""

    def __init__(self, timing: Timing | None = None) -> None:
        self._timing = timing or Timing()
        self._stopping = threading.Event()
        self._free = threading.Semaphore(MAX_CONCURRENT_WEBHOOKS)
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Start its thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the requests under way, a few seconds at most. Not for signal handlers."""
        self._stopping.set()
        self._thread.join()

    def work(self) -> bool:
        """One time slice of one webhook, synchronously. False if nothing is due."""
        publish()
        lane = acquire_lease(self._timing)
        if lane is not None:
            lane.work()
        return lane is not None

    def _run(self) -> None:
        """Dispatch until `stop` is called. Errors are logged and the loop continues."""
        with ThreadPoolExecutor(MAX_CONCURRENT_WEBHOOKS) as pool:
            while not self._stopping.is_set():
                # A thread has no request at whose end Django would close a broken or expired connection.
                close_old_connections()
                if not self._dispatch_next(pool):
                    self._stopping.wait(self._timing.poll)
        connection.close()

    def _dispatch_next(self, pool: ThreadPoolExecutor) -> bool:
        """Returns whether there was something to do."""
        # Before the lease: one taken without a free thread would run out unused.
        if not self._free.acquire(timeout=self._timing.poll):
            return True
        lane, is_more = None, False
        try:
            # Numbering is cheap and comes first; a full batch means that more is waiting.
            is_more = publish() == PUBLISH_BATCH_SIZE
            lane = acquire_lease(self._timing)
        except Exception:
            log_failure(log, "the dispatcher continues after this error")
        if lane is None:
            self._free.release()
            return is_more
        pool.submit(self._deliver, lane)
        return True

    def _deliver(self, lane: WebhookLease) -> None:
        try:
            lane.work(self._stopping.is_set)
        except Exception:
            # The lease expires by itself; what was not recorded is sent again (at-least-once delivery).
            log_failure(log, "delivering to a webhook failed unexpectedly")
        finally:
            connection.close()
            self._free.release()
