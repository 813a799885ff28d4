"""The lines that a job keeps about itself."""

from __future__ import annotations

from datetime import datetime

# Older lines make way: a row of the table is no log file.
MAX_LINES = 200
MAX_LINE_LENGTH = 500

Lines = list[list[str]]


def append_line(lines: Lines, text: str, at: datetime) -> Lines:
    """The lines and one more."""
    return [*lines, [at.isoformat(timespec="seconds"), text[:MAX_LINE_LENGTH]]][-MAX_LINES:]
