"""Why an earlier state of a user is not available."""

from __future__ import annotations

from datetime import datetime


class NotCreatedYet(LookupError):
    """The user did not exist at that moment."""


class BeforeRetention(LookupError):
    """The record of changes does not reach back that far: it begins at `since`, or is empty if that is
    None."""

    def __init__(self, since: datetime | None) -> None:
        self.since = since
        begins = f"begins at {since.isoformat()}" if since else "is empty"
        super().__init__(f"The record of changes does not reach back that far; it {begins}.")
