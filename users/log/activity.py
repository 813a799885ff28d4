"""The activity: changes of users, sign-ins and failures as one timeline, newest first.

The changes are read by `users.history.timeline`, which bounds the time and memory of a search and leaves
out what the viewer may not see; the events are read by index, one index range for each type or user. A page
merges both, and its position is that of a line of the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from users.history.account_periods import creation_time
from users.history.filter import ChangeFilter
from users.history.scan import NEWEST_FIRST, ChangePage
from users.history.timeline import PAGE_SIZE, list_all_changes, list_user_changes
from users.listing.keyset import Position
from users.log.position import TABLE_RANKS, LogPosition
from users.metadata.identifiers import email_key
from users.models import Change, LogEvent, User
from users.models.sql_compiler import select_statement
from users.rights.actor import Actor
from users.rights.may import Verb, may
from users.rights.visible import PROFILE, visible

# Types of events in the activity. Others are either changes as well, or of API clients and the configuration.
SIGN_INS = ("s", "slo", "sepft", "gd_auth_succeed", "gd_recovery_succeed")
FAILURES = (
    *("fp", "fu", "f", "limit_wc", "limit_mu", "fepft", "gd_auth_failed", "gd_recovery_failed", "ferrt"),
    *("fcp", "fcpr", "fv"),
)
# Of these, those that did not happen on the sign-in pages.
OF_THE_API = ("sepft", "fepft", "ferrt")
# A reset that a visitor asked for is an event; one that staff send is a change.
EVENT_TYPES = (*SIGN_INS, *FAILURES, "scpr")
# Larger than any key: the first position of a table at a moment, in descending order.
_ABOVE_ALL_KEYS = 2**63 - 1

Line = Change | LogEvent


@dataclass(frozen=True, kw_only=True)
class ActivityFilter:
    """What to list. `changes` filters the changes, None for events alone; all other fields filter the events.

    `types` is empty for changes alone. `since` is inclusive, `until` exclusive. The events are those of the
    users of `user_ids` (None for all), and those with a name of `user_names` that was typed at sign-in and is
    no user's.
    """

    changes: ChangeFilter | None = field(default_factory=ChangeFilter)
    types: tuple[str, ...] = EVENT_TYPES
    since: datetime | None = None
    until: datetime | None = None
    user_ids: tuple[str, ...] | None = None
    user_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class ActivityPage:
    """One page. `older` is the position to continue from, None at the end. `searched_to`: the time back to
    which changes were looked through, where the search took too long to fill the page."""

    lines: list[Line]
    older: LogPosition | None = None
    searched_to: datetime | None = None


def list_activity(
    viewer: Actor,
    wanted: ActivityFilter,
    *,
    after: LogPosition | None = None,
    limit: int = PAGE_SIZE,
) -> ActivityPage:
    """The activity of all users, deleted ones included, for viewers who may see all changes."""
    if not may(viewer, Verb.VIEW_CHANGES):
        return ActivityPage([])
    changes = ChangePage([])
    if wanted.changes is not None:
        changes = list_all_changes(viewer, wanted.changes, after=_position(after, Change), limit=limit)
    events = newest_events(event_arms(wanted), after, limit + 1) if visible(viewer, PROFILE) else []
    return _merge(changes, events, limit)


def list_user_activity(
    user: User,
    viewer: Actor,
    wanted: ActivityFilter,
    *,
    after: LogPosition | None = None,
    limit: int = PAGE_SIZE,
) -> ActivityPage:
    """The activity of one user. Its sign-ins are without those of an earlier user with the same id."""
    if not visible(viewer, PROFILE, user=user):
        return ActivityPage([])
    changes = ChangePage([])
    if wanted.changes is not None:
        changes = list_user_changes(user, viewer, wanted.changes, after=_position(after, Change), limit=limit)
    ids = wanted.user_ids
    own = replace(
        wanted, user_ids=(user.user_id,) if ids is None or user.user_id in ids else (), user_names=()
    )
    arms = [arm.filter(at__gte=creation_time(user.user_id)) for arm in event_arms(own)]
    return _merge(changes, newest_events(arms, after, limit + 1), limit)


def _position(place: LogPosition | None, model: type[Line]) -> Position | None:
    """The position in the table of `model` after which its lines follow `place`, newest first."""
    if place is None:
        return None
    rank = TABLE_RANKS[model]
    if rank == place.rank:
        return place.at, place.key
    # At one moment the greater rank comes first.
    return place.at, _ABOVE_ALL_KEYS if rank < place.rank else 0


def _merge(changes: ChangePage, events: list[LogEvent], limit: int) -> ActivityPage:
    """The newest `limit` of both. Beyond the position that the changes have been read to, a change that has
    not been read may come before an event."""
    floor = LogPosition(changes.older[0], TABLE_RANKS[Change], changes.older[1]) if changes.older else None
    lines: list[Line] = [*changes.changes, *events]
    lines.sort(key=LogPosition.of, reverse=True)
    known = [line for line in lines if floor is None or LogPosition.of(line) >= floor]
    if len(known) > limit:
        return ActivityPage(known[:limit], LogPosition.of(known[limit - 1]))
    return ActivityPage(known, floor, changes.searched_to)


def event_arms(wanted: ActivityFilter) -> Iterator[QuerySet[LogEvent]]:
    """Query sets that together have the events, each in the order of one index: of one user, of one name,
    or of one type."""
    if not wanted.types:
        return
    events = LogEvent.objects.all()
    if wanted.since is not None:
        events = events.filter(at__gte=wanted.since)
    if wanted.until is not None:
        events = events.filter(at__lt=wanted.until)
    if wanted.user_ids is None and not wanted.user_names:
        for type_ in wanted.types:
            yield events.filter(type=type_)
        return
    some = events.filter(type__in=wanted.types)
    for user_id in wanted.user_ids or ():
        yield some.filter(user_id=user_id)
    for name in wanted.user_names:
        # Those of users are found by their ids.
        yield some.filter(user_name=email_key(name), user_id="")


def newest_events(arms: Iterable[QuerySet[LogEvent]], after: LogPosition | None, most: int) -> list[LogEvent]:
    """The newest events of all arms, after the position."""
    keys = newest_keys(arms, _position(after, LogEvent), most)
    return list(LogEvent.objects.filter(pk__in=keys).order_by(*NEWEST_FIRST.ordering)) if keys else []


def newest_keys(arms: Iterable[QuerySet[Any]], start: Position | None, most: int) -> list[int]:
    """The primary keys of the newest rows of all arms after the position, in one query: the database reads
    at most `most` positions of each arm, from an index."""
    statements: list[str] = []
    parameters: list[Any] = []
    for arm in arms:
        if start is not None:
            arm = arm.filter(NEWEST_FIRST.after(start))
        places = arm.order_by(*NEWEST_FIRST.ordering).values_list(*NEWEST_FIRST.columns)[:most]
        try:
            sql, given = select_statement(places)
        except EmptyResultSet:  # raised by Django for a query that cannot match
            continue
        # A sub-query each, since SQLite allows LIMIT at the end of a compound SELECT only.
        statements.append(f"SELECT * FROM ({sql}) AS arm_{len(statements)}")  # noqa: S608
        parameters += given
    if not statements:
        return []
    union = " UNION ALL ".join(statements)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM ({union}) AS places ORDER BY at DESC, id DESC LIMIT {most}",  # noqa: S608
            parameters,
        )
        return [key for (key,) in cursor.fetchall()]
