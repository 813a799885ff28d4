"""Read the log: both tables as one list ordered by time."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Self

from django.db.models import Q, QuerySet
from django.utils import timezone

from users.conf import conf
from users.history.account_periods import creation_time
from users.log.change_entries import ChangeEntry, annotate_as_events
from users.log.position import OLDEST_FIRST, TABLE_RANKS, LogPosition
from users.log.query import as_condition
from users.log.searchable_fields import CHANGE_FIELDS, EVENT_FIELDS
from users.lucene.nodes import Query
from users.models import Change, LogEvent

Line = ChangeEntry | LogEvent


@dataclass(frozen=True)
class Log:
    """The lines of a query. Lazy: nothing is read until lines are requested."""

    changes: QuerySet[ChangeEntry]
    events: QuerySet[LogEvent]

    def filter_by_user(self, user_id: str) -> Self:
        """The events of the user with this id, or of the last user who had it."""
        since = Q(at__gte=creation_time(user_id))
        return self._filter(Q(subject=user_id) & since, Q(user_id=user_id) & since)

    def filter_by_query(self, query: Query) -> Self:
        """The lines that match the query. Raises SearchError."""
        return self._filter(as_condition(query, CHANGE_FIELDS), as_condition(query, EVENT_FIELDS))

    def after(self, place: LogPosition) -> Self:
        return self._filter(*map(place.after, TABLE_RANKS.values()))

    def before(self, place: LogPosition) -> Self:
        return self._filter(*map(place.before, TABLE_RANKS.values()))

    def until(self, end: datetime) -> Self:
        """The lines before that time."""
        return self._filter(Q(at__lt=end), Q(at__lt=end))

    def count(self) -> int:
        return self.changes.count() + self.events.count()

    def lines(self, size: int, *, start: int = 0, newest_first: bool = True) -> list[Line]:
        """`size` lines after the first `start`. Positions are merged first, then the rows are read,
        changes with user and connection."""
        most = start + size
        if size == 0:
            return []
        # Both inputs are sorted by the database: merging reads no more than the page.
        places = heapq.merge(
            # Positions only, from an index: the wide rows are read for the page alone.
            _places(self.changes, most, newest_first),
            _places(self.events, most, newest_first),
            reverse=newest_first,
        )
        return _read(list(islice(places, start, most)))

    def one(self, place: LogPosition) -> Line | None:
        """The line at that position, or None."""
        is_change = place.rank == TABLE_RANKS[Change]
        rows: QuerySet[ChangeEntry] | QuerySet[LogEvent] = self.changes if is_change else self.events
        is_there = rows.filter(pk=place.key, at=place.at).exists()
        return next(iter(_read([place])), None) if is_there else None

    def _filter(self, of_changes: Q, of_events: Q) -> Self:
        return type(self)(self.changes.filter(of_changes), self.events.filter(of_events))


def whole_log() -> Log:
    """All lines, as far back as LOG_DAYS says."""
    log = Log(annotate_as_events(Change.objects.all()), LogEvent.objects.all())
    if not conf.log_days:
        return log
    oldest = Q(at__gte=timezone.now() - timedelta(days=conf.log_days))
    return log._filter(oldest, oldest)


def _places(
    rows: QuerySet[ChangeEntry] | QuerySet[LogEvent], most: int, newest_first: bool
) -> Iterable[LogPosition]:
    rank = TABLE_RANKS[rows.model]
    order = OLDEST_FIRST.reversed() if newest_first else OLDEST_FIRST
    found = rows.order_by(*order.ordering).values_list(*order.columns)[:most]
    return (LogPosition(at, rank, key) for at, key in found)


def _read(places: list[LogPosition]) -> list[Line]:
    """The rows that still exist. Users come without their documents, which may be large."""
    keys = {rank: [place.key for place in places if place.rank == rank] for rank in TABLE_RANKS.values()}
    changes = annotate_as_events(Change.objects.filter(pk__in=keys[TABLE_RANKS[Change]])).select_related(
        "user__connection"
    )
    changes = changes.defer("user__user_metadata", "user__app_metadata")
    events = LogEvent.objects.filter(pk__in=keys[TABLE_RANKS[LogEvent]])
    found = {LogPosition.of(line): line for rows in (changes, events) for line in rows}
    return [found[place] for place in places if place in found]
