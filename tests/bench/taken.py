"""What statements take."""

from __future__ import annotations

import statistics
import time
from typing import Any

# Below it a ratio says more about the clock than about the work. Milliseconds.
LEAST = 0.5


class Statements:
    """What the database takes of each run within: seconds, with the way there and back."""

    def __init__(self) -> None:
        self._taken: list[float] = []

    @property
    def median(self) -> float:
        """In milliseconds."""
        return statistics.median(self._taken) * 1000

    def __enter__(self) -> None:
        from django.db import connection

        self._taken.append(0)
        self._wrapper = connection.execute_wrapper(self._time)
        self._wrapper.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._wrapper.__exit__(*error)

    def _time(self, execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        before = time.perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            self._taken[-1] += time.perf_counter() - before
