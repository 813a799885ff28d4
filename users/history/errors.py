"""Why there is no telling what an account was like."""

from __future__ import annotations

from datetime import datetime


class NotCreatedYet(LookupError):
    """There was no such account at that moment."""


class BeforeRetention(LookupError):
    """The record of changes does not reach back that far: it begins at `since`, or is empty where
    that is None."""

    def __init__(self, since: datetime | None) -> None:
        self.since = since
        begins = f"begins at {since.isoformat()}" if since else "is empty"
        super().__init__(f"The record of changes does not reach back that far; it {begins}.")
