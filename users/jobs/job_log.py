"""The log lines that a job keeps about itself."""

from __future__ import annotations

from datetime import datetime

# Older lines are dropped: the whole list is one column, rewritten at every step.
MAX_LINES = 200
MAX_LINE_LENGTH = 500

Lines = list[list[str]]


def append_line(lines: Lines, text: str, at: datetime) -> Lines:
    """The lines with one more, limited to the latest MAX_LINES."""
    return [*lines, [at.isoformat(timespec="seconds"), text[:MAX_LINE_LENGTH]]][-MAX_LINES:]
