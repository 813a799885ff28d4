"""Note a change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Field, Value

from users.metadata.diff import Diff
from users.models import Change, User
from users.models.user import UserQuerySet
from users.rights.actor import Actor


def record(
    user: User, what: Change.What, keys: Diff, *, actor: Actor, at: datetime, reason: str = ""
) -> Change:
    """Note that `actor` changed `keys` of this part of the account at that moment."""
    change = note(user, what, keys, actor=actor, at=at, reason=reason)
    change.save(force_insert=True)
    return change


def note(
    user: User, what: Change.What, keys: Diff, *, actor: Actor, at: datetime, reason: str = ""
) -> Change:
    """The same, unsaved, for callers that save several at once."""
    return Change(user=user, subject=user.user_id, **_columns(what, keys, actor, at, reason))


def record_all(changes: list[Change]) -> None:
    """Save what `note` made, together."""
    if len(changes) == 1:
        _save_one(changes[0])
    else:
        Change.objects.bulk_create(changes)


def _save_one(change: Change) -> None:
    """Nearly every write ends here, and Django would take longer to make the statement than the
    database to carry it out: so it is put together by hand."""
    fields = [field for field in Change._meta.concrete_fields if not field.primary_key]
    values = [field.get_db_prep_save(getattr(change, field.attname), connection) for field in fields]
    _insert(fields, f"VALUES ({', '.join(['%s'] * len(fields))})", values)


def record_for(
    users: UserQuerySet, what: Change.What, keys: Diff, *, actor: Actor, at: datetime, reason: str = ""
) -> None:
    """Note the same change for each of these people without reading them: the database copies
    their ids, and it is one statement for a million as for one."""
    columns = _columns(what, keys, actor, at, reason)
    fields = [Change._meta.get_field(name) for name in ("user", "subject", *columns)]
    values = [Value(columns[field.name], output_field=field) for field in fields[2:]]
    try:
        lines, parameters = users.values_list("pk", "user_id", *values).query.sql_with_params()
    except EmptyResultSet:  # Django's word for people who can only be none
        return
    _insert(fields, lines, parameters)


def _insert(fields: list[Field], lines: str, values: Sequence[Any]) -> None:
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(Change._meta.db_table)} ({names}) {lines}", values)


def _columns(what: Change.What, keys: Diff, actor: Actor, at: datetime, reason: str) -> dict[str, Any]:
    """What does not depend on whose account changed."""
    return {
        "what": what,
        "keys": keys,
        "at": at,
        "actor_kind": actor.kind,
        "actor_id": actor.id[:255],
        "actor_name": actor.name[:300],
        "face": actor.face,
        "request_id": actor.request_id,
        "reason": reason[:500],
    }
