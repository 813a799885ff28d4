"""Report the progress of long commands."""

from __future__ import annotations

import time
from typing import TextIO

from django.core.management.base import OutputWrapper

REPORT_SECONDS = 5


class Progress:
    """Call it with the number done; it writes every five seconds, so never for what is quick."""

    def __init__(self, out: TextIO | OutputWrapper, total: int, noun: str) -> None:
        self._out = out
        self._total = total
        self._noun = noun
        # Monotonic: the wall clock may jump.
        self._due = time.monotonic() + REPORT_SECONDS

    def __call__(self, done: int) -> None:
        now = time.monotonic()
        if now >= self._due:
            self._due = now + REPORT_SECONDS
            self._out.write(f"{done:,} of {self._total:,} {self._noun}\n")
            # Output to a pipe is buffered, so the line would otherwise appear only at the end.
            self._out.flush()
