"""The newest changes and sign-ins of one user, in one query, for the head of the user's page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from users.history.timeline import hidden_parts, visible_keys
from users.log.activity import EVENT_TYPES
from users.metadata.diff import Diff
from users.models import Change, LogEvent, User
from users.rights.actor import Actor
from users.rights.visible import PROFILE, visible

# In characters of JSON: of a larger change the keys are not read.
MAX_KEYS_LENGTH = 4000


@dataclass(frozen=True)
class RecentActivity:
    """A change, or an event of the log: `type` is a `Change.What` or one of Auth0's types.

    `keys` are those of a change that the viewer may see; empty where the change is too large to be read,
    and for an event. The face and the actor are those of a change: `actor_name` is the name that the user
    has now, or else the recorded one. `user_agent` and `ip` are those of an event.
    """

    at: datetime
    is_change: bool
    type: str
    face: str
    actor_kind: str
    actor_name: str
    keys: Diff
    user_agent: str
    ip: str


# The name that the user who acted has now. An id may be that of a later user.
_ACTOR_NOW = f"""(
    SELECT NULLIF(name, '') FROM {User._meta.db_table}
    WHERE actor_kind IN ('staff', 'user') AND user_id = actor_id AND created_at <= at
)"""  # noqa: S608 - the name of our own table


def recent_activity(user: User, viewer: Actor, *, most: int) -> list[RecentActivity]:
    """Return the newest changes and sign-ins, newest first, as far as the viewer may see them."""
    if not visible(viewer, PROFILE, user=user):
        return []
    hidden = hidden_parts(viewer, user)
    # What is older than the user is of an earlier user with the same id.
    since = connection.ops.adapt_datetimefield_value(user.created_at)
    with connection.cursor() as cursor:
        cursor.execute(
            _sql(len(hidden)),
            [user.user_id, since, *hidden, most, user.user_id, since, *EVENT_TYPES, most, most],
        )
        return [_activity(row, user, viewer) for row in cursor.fetchall()]


def _sql(hidden: int) -> str:
    """The query. Written out, since the ORM takes as long to build a union as the database to answer it.

    A LIMIT in each half, so that neither reads the whole history; `keys` as text, which both databases give
    back the same.
    """
    no_hidden = f"AND what NOT IN ({', '.join(['%s'] * hidden)})" if hidden else ""
    types = ", ".join(["%s"] * len(EVENT_TYPES))
    keys = "CAST(keys AS text)"
    return f"""
        SELECT * FROM (
            SELECT at, 1 AS is_change, what, face, actor_kind, COALESCE({_ACTOR_NOW}, actor_name),
                CASE WHEN length({keys}) <= {MAX_KEYS_LENGTH} THEN {keys} ELSE '{{}}' END,
                '' AS user_agent, '' AS ip, id
            FROM {Change._meta.db_table} WHERE subject = %s AND at >= %s {no_hidden}
            ORDER BY at DESC, id DESC LIMIT %s
        ) AS changes
        UNION ALL
        SELECT * FROM (
            SELECT at, 0, type, '', '', '', '{{}}', user_agent, ip, id
            FROM {LogEvent._meta.db_table} WHERE user_id = %s AND at >= %s AND type IN ({types})
            ORDER BY at DESC, id DESC LIMIT %s
        ) AS events
        ORDER BY 1 DESC, 2 DESC, 10 DESC LIMIT %s
        """  # noqa: S608 - names of our own tables, and placeholders


def _activity(row: tuple[Any, ...], user: User, viewer: Actor) -> RecentActivity:
    at, is_change, kind, face, actor_kind, actor_name, keys, user_agent, ip, _ = row
    # SQLite stores times without their zone, which is UTC.
    moment = at if at.tzinfo else at.replace(tzinfo=UTC)
    seen = visible_keys(Change(what=kind, keys=json.loads(keys)), user, viewer) if is_change else {}
    return RecentActivity(moment, bool(is_change), kind, face, actor_kind, actor_name, seen, user_agent, ip)
