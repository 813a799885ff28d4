"""Lines of the record of changes are added, and nothing else."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from users.actions.account.delete_user import delete_user
from users.models import Change
from users.models.write_guard import HistoryIsImmutable, allow_history_deletion
from users.rights.actor import command_actor

WAYS = {
    "save": lambda line: line.save(),
    "save some": lambda line: line.save(update_fields=["reason"]),
    "delete": lambda line: line.delete(),
    "update": lambda line: Change.objects.update(reason="other"),
    "update those of a user": lambda line: line.user.changes.all().update(reason="other"),
    "update many": lambda line: Change.objects.bulk_update([line], ["reason"]),
    "delete many": lambda line: Change.objects.filter(pk=line.pk).delete(),
    "clear those of a user": lambda line: line.user.changes.clear(),
}


@pytest.mark.parametrize("way", WAYS)
def test_none_is_changed_or_deleted(way, jane):
    line = jane.changes.get()

    with pytest.raises(HistoryIsImmutable):
        WAYS[way](line)

    assert list(Change.objects.values()) == [
        {field.attname: getattr(line, field.attname) for field in Change._meta.fields}
    ]


def test_the_database_changes_none_either_whatever_the_column(jane, stranger):
    line = jane.changes.get()
    others = {"user_id": stranger.pk, "at": timezone.now(), "restores": timezone.now(), "keys": "{}"}
    others |= {"id": 9, "undoes": 9, "was_missing": True, "ip": "192.0.2.7"}
    for field in Change._meta.fields:
        statement = f"UPDATE users_change SET {field.column} = %s WHERE id = %s"
        value = others.get(field.column, "other")
        with pytest.raises(DatabaseError, match=r"never changed"), transaction.atomic():
            execute(statement, [value, line.pk])


def test_a_line_loses_its_user_and_nothing_else(jane):
    before = Change.objects.values().get()

    delete_user(jane, actor=command_actor("tests"))

    after = Change.objects.filter(what="created").values().get()
    assert after == before | {"user_id": None}


def test_what_forgets_on_purpose_may_delete_and_still_not_change(jane):
    with allow_history_deletion():
        with pytest.raises(HistoryIsImmutable):
            Change.objects.update(reason="other")
        Change.objects.all().delete()

    assert not Change.objects.exists()


def execute(statement, values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
