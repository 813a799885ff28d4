"""Times as the API writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def format_time(at: datetime) -> str:
    """UTC, ISO 8601, milliseconds and `Z`: `2026-03-04T10:00:00.000Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def format_exact_time(at: datetime) -> str:
    """The same to the microsecond, where what happened at one moment must be told from the next."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
