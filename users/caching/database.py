"""Django's database cache, in which a write that failed is an error."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache as DjangoDatabaseCache

from users.availability.outage import NotStored


class DatabaseCache(DjangoDatabaseCache):
    """Raises NotStored where Django's cache ignores a failed write: failed sign-ins are counted here, and
    without an error they would not be limited while the disk is full.

    Django gives up silently on any error, one of which is harmless: two processes inserted the same key at
    once. So each write is retried once before it counts as failed.
    """

    def set(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        valid_key = self.make_and_validate_key(key, version=version)
        write = self._base_set  # type: ignore[attr-defined]  # private, so the stubs lack it
        if not any(write("set", valid_key, value, timeout) for _ in range(2)):
            raise NotStored("the cache table could not be written")

    def add(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        for _ in range(2):
            if super().add(key, value, timeout, version):
                return True
            if self.has_key(key, version):
                return False
        raise NotStored("the cache table could not be written")
