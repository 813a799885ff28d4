"""An in-process cache with a time to live."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class TTLCache(Generic[Key, Value]):
    """Answers of `ask` by key, each at most `seconds` old. Thread-safe. At `limit` entries all are
    dropped, which bounds the memory. An exception of `ask` is not remembered."""

    def __init__(self, ask: Callable[[Key], Value], *, seconds: float, limit: int = 10_000) -> None:
        self._ask = ask
        self._seconds = seconds
        self._limit = limit
        self._entries: dict[Key, tuple[float, Value]] = {}
        self._lock = Lock()

    def get(self, key: Key, *, max_age: float | None = None) -> Value:
        """Return the remembered answer, or ask again where there is none or it is too old: `seconds`, or
        `max_age` seconds where that is given."""
        now = time.monotonic()
        entry = self._entries.get(key)
        if entry is not None and now - entry[0] < (self._seconds if max_age is None else max_age):
            return entry[1]
        # Outside the lock, so that a slow look-up does not block other threads; two may then ask for the same
        # key.
        value = self._ask(key)
        with self._lock:
            if len(self._entries) >= self._limit:
                self._entries.clear()
            self._entries[key] = (now, value)
        return value

    def clear(self) -> None:
        """Drop all answers: something has changed."""
        with self._lock:
            self._entries.clear()
