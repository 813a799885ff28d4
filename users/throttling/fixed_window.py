"""Count events in fixed windows of time: one increment each, and no lock.

For limits where speed matters more than the last digit: around the end of a window up to twice the
limit may pass within a window's length.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from django.core.cache import caches

# Off the database: Redis, or the memory of this process.
CACHE = "rate_limits"


@dataclass(frozen=True)
class Usage:
    """`used` of `limit` events in the window that ends at `reset`, in UNIX seconds."""

    limit: int
    used: int
    reset: int

    @property
    def is_over(self) -> bool:
        """Whether this event was one too many."""
        return self.used > self.limit

    @property
    def remaining(self) -> int:
        """How many more may follow in the window."""
        return max(self.limit - self.used, 0)


def count(name: str, limit: int, *, seconds: int = 1) -> Usage:
    """Count an event of this name. At most `limit` may happen in each window of so many seconds."""
    window = int(time.time()) // seconds
    # Hashed, since a cache key takes neither any character nor any length.
    digest = hashlib.sha256(f"{name}:{window}".encode("utf-8", "surrogatepass")).hexdigest()
    used = _increment(f"window:{digest}", lifetime=seconds + 4)
    return Usage(limit, used, reset=(window + 1) * seconds)


def _increment(key: str, *, lifetime: int) -> int:
    cache = caches[CACHE]
    # Twice: Redis may go away in between, and the cache that stands in for it lacks the key.
    for _ in range(2):
        try:
            return cache.incr(key)
        except ValueError:  # the first in this window
            cache.add(key, 0, timeout=lifetime)
    return cache.incr(key)
