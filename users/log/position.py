"""A place in the log, which an entry's id names.

Both tables are one list in the order of time; at one moment changes come before other events.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import Q

from users.listing.keyset import Keyset
from users.models import Change, LogEvent

# Of the lines of either table.
OLDEST_FIRST = Keyset(("at", "id"))
TABLE_RANKS = {Change: 0, LogEvent: 1}
# Auth0's ids begin with this.
ID_PREFIX = "900"
_MOMENT = "%Y%m%d%H%M%S%f"
_LENGTH = len(ID_PREFIX) + 20 + 1 + 19


class LogPosition(NamedTuple):
    """That of a line. Places sort as their lines do, and so do their ids."""

    at: datetime
    rank: int
    key: int

    @classmethod
    def of(cls, line: Change | LogEvent) -> LogPosition:
        return cls(line.at, TABLE_RANKS[type(line)], line.pk)

    @property
    def log_id(self) -> str:
        return f"{ID_PREFIX}{self.at.astimezone(UTC).strftime(_MOMENT)}{self.rank}{self.key:019d}"

    def after(self, rank: int) -> Q:
        """Lines of the table of that rank which come after this place."""
        if rank != self.rank:
            return Q(at__gte=self.at) if rank > self.rank else Q(at__gt=self.at)
        return OLDEST_FIRST.after((self.at, self.key))

    def before(self, rank: int) -> Q:
        """Those which come before it."""
        if rank != self.rank:
            return Q(at__lte=self.at) if rank < self.rank else Q(at__lt=self.at)
        return OLDEST_FIRST.reversed().after((self.at, self.key))


def parse_log_id(log_id: str) -> LogPosition | None:
    """The position in an id; None for text that is no id."""
    if len(log_id) != _LENGTH or not log_id.isascii() or not log_id.isdigit() or log_id[:3] != ID_PREFIX:
        return None
    moment, rank, key = log_id[3:23], int(log_id[23]), int(log_id[24:])
    try:
        at = datetime.strptime(moment, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None
    return LogPosition(at, rank, key) if rank in TABLE_RANKS.values() and key < 2**63 else None
