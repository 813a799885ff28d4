"""What every request with a token needs to know, remembered by each worker for seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class TTLCache(Generic[Key, Value]):
    """Answers of `ask`, each kept for `seconds`. Bounded: at `limit` entries it starts anew."""

    def __init__(self, ask: Callable[[Key], Value], *, seconds: float, limit: int = 10_000) -> None:
        self._ask = ask
        self._seconds = seconds
        self._limit = limit
        self._entries: dict[Key, tuple[float, Value]] = {}
        self._lock = Lock()

    def get(self, key: Key) -> Value:
        """The answer, at most `seconds` old."""
        now = time.monotonic()
        entry = self._entries.get(key)
        if entry is not None and now - entry[0] < self._seconds:
            return entry[1]
        value = self._ask(key)
        with self._lock:
            if len(self._entries) >= self._limit:
                self._entries.clear()
            self._entries[key] = (now, value)
        return value

    def clear(self) -> None:
        """Ask anew from now on."""
        with self._lock:
            self._entries.clear()
