"""A place in the record, to go on from. Nothing that comes or goes meanwhile moves it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from django.db.models import Q, QuerySet

from users.models import Change

# A moment, to the microsecond, and the number of the line.
_CURSOR_PATTERN = re.compile(r"(\d{8}T\d{12})-(\d{1,18})", re.ASCII)
_TIME_FORMAT = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True)
class ChangeCursor:
    """Right after this line, newest first."""

    at: datetime
    pk: int

    @classmethod
    def of(cls, change: Change) -> Self:
        return cls(change.at, change.pk)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What `str` wrote; None where it is anything else."""
        written = _CURSOR_PATTERN.fullmatch(text)
        if written is None:
            return None
        try:
            at = datetime.strptime(written[1], _TIME_FORMAT).replace(tzinfo=UTC)
        except ValueError:
            return None
        return cls(at, int(written[2]))

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC):{_TIME_FORMAT}}-{self.pk}"


def filter_between(
    changes: QuerySet[Change], after: ChangeCursor | None, end: ChangeCursor | None
) -> QuerySet[Change]:
    """Those older than `after`, as far as `end`, it included. The first test of each is the
    range in which the index is read."""
    if after is not None:
        changes = changes.filter(Q(at__lte=after.at), Q(at__lt=after.at) | Q(pk__lt=after.pk))
    if end is not None:
        changes = changes.filter(Q(at__gte=end.at), Q(at__gt=end.at) | Q(pk__gte=end.pk))
    return changes
