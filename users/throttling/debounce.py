"""Let an event pass once in a while."""

from __future__ import annotations

import hashlib

from django.core.cache import caches

# Off the database: Redis, or the memory of this process.
FAST = "rate_limits"
# Shared by all processes.
SHARED = "default"


def is_first_within(seconds: float, *names: object, cache: str = FAST) -> bool:
    """Whether nothing of these names has happened in the last so many seconds; it has now."""
    # Hashed, since a cache key takes neither any character nor any length.
    digest = hashlib.sha256(repr(names).encode("utf-8", "surrogatepass")).hexdigest()
    return caches[cache].add(f"once:{digest}", 1, timeout=seconds)
