"""Count events exactly: at most so many in any period of so many seconds.

The times of the events are stored in the cache that all processes share, and are changed under a lock,
so that two processes cannot both take the last one. An event can be taken back.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.cache import cache

# How long a process waits for the lock, how long it may hold it, and the pauses between, in seconds.
LOCK_WAIT, LOCK_LIFETIME, LOCK_PAUSE = 1.0, 10, 0.01


@dataclass(frozen=True)
class Limit:
    """At most `amount` events in any `seconds`."""

    amount: int
    seconds: float


@dataclass(frozen=True)
class Event:
    """One that was counted."""

    counter: Counter
    at: float

    def take_back(self) -> None:
        """Stop counting it. Without the lock it stays, which is the safe side."""
        self.counter.remove(self.at)


@dataclass(frozen=True)
class Counter:
    """The events of this name under a limit."""

    name: str
    limit: Limit

    def count(self) -> Event | None:
        """Count an event; None, and nothing is counted, where the limit has been reached."""
        with self._locked() as is_locked:
            if not is_locked:
                return None
            now = time.time()
            events = self._events(now)
            if len(events) >= self.limit.amount:
                return None
            self._store([*events, now])
            return Event(self, now)

    def remove(self, at: float) -> None:
        """Take back the event of that time."""
        with self._locked() as is_locked:
            if is_locked:
                self._store([event for event in self._events(time.time()) if event != at])

    def seconds_to_wait(self) -> float:
        """Seconds until another event may be counted; 0 where it may be now. Counts nothing."""
        now = time.time()
        events = self._events(now)
        if len(events) < self.limit.amount:
            return 0
        return events[-self.limit.amount] + self.limit.seconds - now

    @property
    def key(self) -> str:
        """The cache key. Hashed, since it takes neither any character nor any length."""
        digest = hashlib.sha256(self.name.encode("utf-8", "surrogatepass")).hexdigest()
        return f"events:{self.limit.amount}/{self.limit.seconds:g}:{digest}"

    def _events(self, now: float) -> list[float]:
        """The times that count, oldest first."""
        return [at for at in cache.get(self.key, []) if at > now - self.limit.seconds]

    def _store(self, events: list[float]) -> None:
        cache.set(self.key, events, self.limit.seconds)

    @contextmanager
    def _locked(self) -> Iterator[bool]:
        """Whether the lock was to be had. A process that dies holding it blocks others for LOCK_LIFETIME."""
        lock, deadline = f"{self.key}:lock", time.monotonic() + LOCK_WAIT
        while not cache.add(lock, True, timeout=LOCK_LIFETIME):
            if time.monotonic() >= deadline:
                yield False
                return
            time.sleep(LOCK_PAUSE)
        try:
            yield True
        finally:
            cache.delete(lock)


def clear(counters: Iterable[Counter]) -> None:
    """Forget the events of these counters."""
    cache.delete_many([counter.key for counter in counters])
