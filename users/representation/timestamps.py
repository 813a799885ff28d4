"""Format times for the API."""

from __future__ import annotations

from datetime import UTC, datetime


def format_time(at: datetime) -> str:
    """Format in UTC, ISO 8601, with milliseconds and `Z`: `2026-03-04T10:00:00.000Z`."""
    # Auth0 writes exactly three digits; strftime's %f would write six.
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def format_exact_time(at: datetime) -> str:
    """Format to the microsecond, where two events of the same millisecond must stay distinct."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
