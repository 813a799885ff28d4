"""Moments that callers write."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from users.api.errors import bad_query


def read_moment(text: str) -> datetime | None:
    """In UTC, to the microsecond; None for what is no such moment, though RFC 3339 may have it."""
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def moment_asked(query: dict[str, Any], name: str) -> datetime:
    """That of a checked query. Raises Problem 400."""
    at = read_moment(query[name])
    if at is None:
        raise bad_query(name, f"Not a moment: {query[name]}")
    return at
