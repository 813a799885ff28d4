"""Record a change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Value

from users.history.changed_keys import changed_key_names
from users.metadata.diff import Diff
from users.models import Change, User
from users.models.concrete_fields import column_name, concrete_field
from users.models.fast_writes import fast_insert
from users.models.sql_compiler import select_statement
from users.models.user import UserQuerySet
from users.rights.actor import Actor


def record_change(
    user: User, what: Change.What, keys: Diff, *, actor: Actor, at: datetime, reason: str = ""
) -> Change:
    """Record that `actor` changed `keys` of this part of the user."""
    change = build_change(user, what, keys, actor=actor, at=at, reason=reason)
    change.save(force_insert=True)
    return change


def build_change(
    user: User, what: Change.What, keys: Diff, *, actor: Actor, at: datetime, reason: str = "", **more: Any
) -> Change:
    """The same, unsaved, for callers that save several at once. `more` are the columns about what was
    undone and what was missing.

    `at` is raised to the creation of the user where a clock is slow: anything older belongs to an earlier
    user with the same id.
    """
    # All lines of a user must lie in its period, which distinguishes it from earlier users with the id.
    columns = _columns(what, keys, actor, max(at, user.created_at), reason)
    return Change(user=user, subject=user.user_id, **{**columns, **more})


def save_changes(changes: list[Change]) -> None:
    """Save what `build_change` made, in one statement."""
    if len(changes) == 1:
        fast_insert(changes[0])
    else:
        Change.objects.bulk_create(changes)


def record_change_for_users(
    users: UserQuerySet, what: Change.What, keys: Diff, *, actor: Actor, at: datetime, reason: str = ""
) -> None:
    """Record the same change for each of these users with one INSERT ... SELECT, without reading them: the
    cost in memory is the same for one user and for a million."""
    columns = _columns(what, keys, actor, at, reason)
    fields = [concrete_field(Change, name) for name in ("user", "subject", *columns)]
    values = [Value(columns[field.name], output_field=field) for field in fields[2:]]
    try:
        lines, parameters = select_statement(users.values_list("pk", "user_id", *values))
    except EmptyResultSet:  # raised by Django for a query that cannot match
        return
    quote = connection.ops.quote_name
    names = ", ".join(quote(column_name(field)) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(Change._meta.db_table)} ({names}) {lines}", parameters)


def _columns(what: Change.What, keys: Diff, actor: Actor, at: datetime, reason: str) -> dict[str, Any]:
    """The columns that do not depend on the user."""
    return {
        "what": what,
        "keys": keys,
        "names": changed_key_names(what, keys),
        "at": at,
        **actor.columns,
        "reason": reason[:500],
    }
