"""Moments that callers write."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from users.api.framework.errors import invalid_query

# To the millisecond, as profiles tell theirs.
_MILLISECONDS = re.compile(r"\.\d{3}(?!\d)", re.ASCII)


def parse_state_time(text: str) -> datetime | None:
    """The moment whose state is asked for. One told to the millisecond means the end of that one:
    the `updated_at` of a profile is cut to it, and stands for the state that its change made."""
    at = parse_time(text)
    return at + timedelta(microseconds=999) if at and _MILLISECONDS.search(text) else at


def parse_time(text: str) -> datetime | None:
    """In UTC, to the microsecond; None for what is no such moment, though RFC 3339 may have it."""
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def time_parameter(
    query: dict[str, Any], name: str, *, read: Callable[[str], datetime | None] = parse_time
) -> datetime:
    """That of a checked query. Raises Problem 400."""
    at = read(query[name])
    if at is None:
        raise invalid_query(name, f"Not a moment: {query[name]}")
    return at
