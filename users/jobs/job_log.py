"""The lines that a job keeps about itself."""

from __future__ import annotations

from datetime import datetime

# Older lines make way: a row of the table is no log file.
LINES = 200
LONGEST = 500

Lines = list[list[str]]


def with_line(lines: Lines, text: str, at: datetime) -> Lines:
    """The lines and one more."""
    return [*lines, [at.isoformat(timespec="seconds"), text[:LONGEST]]][-LINES:]
