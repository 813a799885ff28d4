"""The newest changes and sign-ins of one user, in one query, for the head of the user's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Case, CharField, F, JSONField, QuerySet, TextField, Value, When
from django.db.models.functions import Cast

from users.history.memory_budget import KEYS_LENGTH
from users.history.timeline import hidden_parts, visible_keys
from users.log.activity import EVENT_TYPES
from users.metadata.diff import Diff
from users.models import Change, LogEvent, User
from users.rights.actor import Actor
from users.rights.visible import PROFILE, visible

# In characters of JSON: of a larger change only the names of the keys are read.
MAX_KEYS_LENGTH = 4000
_CHANGE, _EVENT = "change", "event"

Row = TypeVar("Row", Change, LogEvent)


@dataclass(frozen=True)
class RecentActivity:
    """A change, or an event of the log: `type` is a `Change.What` or one of Auth0's types.

    `keys` are those of a change that the viewer may see; empty where the change is too large to be read,
    and for an event. `user_agent` and `ip` are those of an event.
    """

    at: datetime
    is_change: bool
    type: str
    id: int
    actor_name: str
    keys: Diff
    user_agent: str
    ip: str


def recent_activity(user: User, viewer: Actor, *, most: int) -> list[RecentActivity]:
    """Return the newest changes and sign-ins, newest first, as far as the viewer may see them."""
    if not visible(viewer, PROFILE, user=user):
        return []
    # The row of an earlier user with the same id is older than this one.
    changes = Change.objects.filter(subject=user.user_id, at__gte=user.created_at)
    changes = changes.exclude(what__in=hidden_parts(viewer, user))
    events = LogEvent.objects.filter(user_id=user.user_id, type__in=EVENT_TYPES, at__gte=user.created_at)
    small = When(weight__lte=MAX_KEYS_LENGTH, then=F("keys"))
    rows = (
        _newest(changes, most)
        .annotate(
            source=Value(_CHANGE),
            type=Cast("what", CharField()),
            weight=KEYS_LENGTH,
            some_keys=Case(small, default=Value({}, JSONField()), output_field=JSONField()),
            agent=Value("", TextField()),
            address=Value("", TextField()),
        )
        .values_list("at", "source", "type", "id", "actor_name", "some_keys", "agent", "address")
        .union(
            _newest(events, most)
            .annotate(
                source=Value(_EVENT),
                kind=Cast("type", CharField()),
                actor=Value(""),
                no_keys=Value({}, JSONField()),
                agent=Cast("user_agent", TextField()),
                address=Cast("ip", TextField()),
            )
            .values_list("at", "source", "kind", "id", "actor", "no_keys", "agent", "address"),
            all=True,
        )
        .order_by("-at", "-source", "-id")[:most]
    )
    return [_activity(row, user, viewer) for row in rows]


def _newest(rows: QuerySet[Row], most: int) -> QuerySet[Row]:
    """The newest of them, by a subquery: SQLite takes no LIMIT within a UNION, and without one it would read
    all sign-ins of the user."""
    return rows.filter(pk__in=rows.order_by("-at", "-id").values("pk")[:most]).order_by()


def _activity(row: tuple[Any, ...], user: User, viewer: Actor) -> RecentActivity:
    at, source, kind, number, actor_name, keys, user_agent, ip = row
    is_change = source == _CHANGE
    seen = visible_keys(Change(what=kind, keys=keys), user, viewer) if is_change else {}
    return RecentActivity(at, is_change, kind, number, actor_name, seen, user_agent, ip)
