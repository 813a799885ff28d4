"""Read the log: both tables as one list in the order of time."""

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
from users.log.change_entries import as_events
from users.log.position import RANKS, Place
from users.log.query import as_condition
from users.log.searchable_fields import OF_CHANGES, OF_EVENTS
from users.lucene.nodes import Query
from users.models import Change, LogEvent

Line = Change | LogEvent


@dataclass(frozen=True)
class Log:
    """The lines that some question asks for. Nothing is read before they are asked for."""

    changes: QuerySet[Change]
    events: QuerySet[LogEvent]

    def of_user(self, user_id: str) -> Self:
        """The events of the account that has this id, or of the one that had it last."""
        since = Q(at__gte=creation_time(user_id))
        return self._where(Q(subject=user_id) & since, Q(user_id=user_id) & since)

    def fitting(self, query: Query) -> Self:
        """What the query finds. Raises SearchError."""
        return self._where(as_condition(query, OF_CHANGES), as_condition(query, OF_EVENTS))

    def after(self, place: Place) -> Self:
        return self._where(*map(place.after, RANKS.values()))

    def before(self, place: Place) -> Self:
        return self._where(*map(place.before, RANKS.values()))

    def until(self, end: datetime) -> Self:
        """What was before that moment."""
        return self._where(Q(at__lt=end), Q(at__lt=end))

    def count(self) -> int:
        return self.changes.count() + self.events.count()

    def lines(self, size: int, *, start: int = 0, newest_first: bool = True) -> list[Line]:
        """So many, past the first `start`. The lines themselves are read once their places are
        known, changes with the user and connection of each."""
        most = start + size
        if size == 0:
            return []
        places = heapq.merge(
            _places(self.changes, most, newest_first),
            _places(self.events, most, newest_first),
            reverse=newest_first,
        )
        return _read(list(islice(places, start, most)))

    def one(self, place: Place) -> Line | None:
        """The line at that place."""
        rows: QuerySet = self.changes if place.rank == RANKS[Change] else self.events
        is_there = rows.filter(pk=place.key, at=place.at).exists()
        return next(iter(_read([place])), None) if is_there else None

    def _where(self, of_changes: Q, of_events: Q) -> Self:
        return type(self)(self.changes.filter(of_changes), self.events.filter(of_events))


def whole_log() -> Log:
    """All of it, as far back as LOG_DAYS says."""
    log = Log(as_events(Change.objects.all()), LogEvent.objects.all())
    if not conf.log_days:
        return log
    oldest = Q(at__gte=timezone.now() - timedelta(days=conf.log_days))
    return log._where(oldest, oldest)


def _places(rows: QuerySet, most: int, newest_first: bool) -> Iterable[Place]:
    rank = RANKS[rows.model]
    order = ("-at", "-pk") if newest_first else ("at", "pk")
    return (Place(at, rank, key) for at, key in rows.order_by(*order).values_list("at", "pk")[:most])


def _read(places: list[Place]) -> list[Line]:
    """Those that are still there. Users come without their documents, which may be large."""
    keys = {rank: [place.key for place in places if place.rank == rank] for rank in RANKS.values()}
    changes = as_events(Change.objects.filter(pk__in=keys[RANKS[Change]])).select_related("user__connection")
    changes = changes.defer("user__user_metadata", "user__app_metadata")
    events = LogEvent.objects.filter(pk__in=keys[RANKS[LogEvent]])
    found = {Place.of(line): line for rows in (changes, events) for line in rows}
    return [found[place] for place in places if place in found]
