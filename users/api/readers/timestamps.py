"""Parse times in requests."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from users.api.framework.errors import invalid_query

# A time with milliseconds, the precision of profiles.
_MILLISECONDS = re.compile(r"\.\d{3}(?!\d)", re.ASCII)


def parse_state_time(text: str) -> datetime | None:
    """Parse the time at which a state is requested.

    A time in milliseconds means the end of that millisecond: a profile's `updated_at` is truncated to it, and
    must find the state which that change made.
    """
    at = parse_time(text)
    return at + timedelta(microseconds=999) if at and _MILLISECONDS.search(text) else at


def parse_time(text: str) -> datetime | None:
    """Parse an RFC 3339 time to UTC; None where it is no valid time."""
    try:
        # RFC 3339 allows a lowercase `t` and `z`, which Python does not parse.
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    # Times in the years 1 and 9999 may overflow when they are converted to UTC.
    except (ValueError, OverflowError):
        return None


def time_parameter(
    query: dict[str, Any], name: str, *, read: Callable[[str], datetime | None] = parse_time
) -> datetime:
    """Return a time from a validated query. Raises Problem 400."""
    at = read(query[name])
    if at is None:
        raise invalid_query(name, f"Not a moment: {query[name]}")
    return at
