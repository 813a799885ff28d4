"""Log outages, throttled: one line per kind and QUIET_SECONDS, however many requests fail."""

from __future__ import annotations

import logging
import sys
import threading
import time

from users.availability.outage import Kind, Outage, outage_of

log = logging.getLogger(__name__)

# Seconds between two lines about the same kind of outage.
QUIET_SECONDS = 10.0


class _Reports:
    """The time of each kind's last report in this process. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reported: dict[Kind, float] = {}
        self._suppressed: dict[Kind, int] = {}
        self._seen: dict[Kind, float] = {}

    def add(self, kind: Kind) -> int | None:
        """Count one. Return how many were suppressed since the last line; None to suppress this one."""
        # Per process: workers do not coordinate, as the shared store may be what is unavailable.
        now = time.monotonic()
        with self._lock:
            self._seen[kind] = now
            if now - self._reported.get(kind, -QUIET_SECONDS) < QUIET_SECONDS:
                self._suppressed[kind] = self._suppressed.get(kind, 0) + 1
                return None
            self._reported[kind] = now
            return self._suppressed.pop(kind, 0)

    def seconds_since(self, kind: Kind) -> float:
        """Seconds since the last outage of this kind; infinite where there was none."""
        return time.monotonic() - self._seen.get(kind, float("-inf"))

    def clear(self) -> None:
        """Forget everything, for tests."""
        with self._lock:
            self._reported.clear()
            self._suppressed.clear()
            self._seen.clear()


_reports = _Reports()
clear = _reports.clear


def log_failure(logger: logging.Logger, message: str, *args: object) -> None:
    """For an `except` block: report the exception where it is an outage, else log `message` with
    the stack trace."""
    outage = outage_of(sys.exception())
    if outage is None:
        logger.exception(message, *args)
    else:
        report(outage)


def report(outage: Outage) -> None:
    """Log the outage in one line, at most every QUIET_SECONDS for each kind."""
    suppressed = _reports.add(outage.kind)
    if suppressed is None:
        return
    level = logging.WARNING if outage.kind is Kind.BUSY else logging.ERROR
    more = f" ({suppressed} more since the last line)" if suppressed else ""
    log.log(level, "%s: %s%s", outage.kind.value, outage.reason, more)


def was_seen(kind: Kind, *, within: float) -> bool:
    """Whether this process met an outage of this kind in the last `within` seconds."""
    return _reports.seconds_since(kind) < within


class OutageFilter(logging.Filter):
    """For a handler: a stack trace of an outage becomes its one line, since the code it runs
    through is not at fault. Django's own line for each failed request is dropped where the
    outage was reported by who answered it (`request.outage`)."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(getattr(record, "request", None), "outage", None) is not None:
            return False
        outage = outage_of(record.exc_info[1]) if record.exc_info else None
        # Replaced, not added: the stack trace would be written for every request of an outage.
        if outage is not None:
            report(outage)
        return outage is None
