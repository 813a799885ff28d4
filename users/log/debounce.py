"""Events that anybody can bring about at will are noted now and then, not each time."""

from __future__ import annotations

import hashlib

from django.core.cache import caches


def is_first_within(seconds: int, *names: object) -> bool:
    """Whether nothing of these names has happened for so long. Counted off the database, where
    calls are counted."""
    name = hashlib.sha256(repr(names).encode("utf-8", "surrogatepass")).hexdigest()
    return caches["rate_limits"].add(f"log:{name}", 1, timeout=seconds)
