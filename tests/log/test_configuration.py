"""The history of configuration: what is stored, what is not, and that it is final."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db.transaction import TransactionManagementError

from users.log.configuration_history import (
    Action,
    Effect,
    Kind,
    configuration_history,
    record_configuration_change,
    record_side_effects,
)
from users.models import ConfigurationChange, LogEvent
from users.models.write_guard import HistoryIsImmutable, allow_history_deletion
from users.rights.actor import command_actor

SHELL = command_actor("tests")
ROLE = {"kind": Kind.ROLE, "object_id": "rol_1", "name": "Editor"}


def test_of_an_update_only_what_differs_is_stored(db):
    effect = Effect(**ROLE, action=Action.UPDATED, before={"a": 1, "b": 2, "c": 3}, after={"a": 1, "b": 1.5})
    record_configuration_change(effect, actor=SHELL)

    change = ConfigurationChange.objects.get()
    assert (change.before, change.after) == ({"b": 2, "c": 3}, {"b": 1.5})


def test_an_update_that_changed_nothing_is_not_recorded(db):
    effect = Effect(**ROLE, action=Action.UPDATED, before={"a": 1}, after={"a": 1})
    record_configuration_change(effect, actor=SHELL)
    record_side_effects([effect], actor=SHELL, reason="x")

    assert not ConfigurationChange.objects.exists()
    assert not LogEvent.objects.exists()


def test_side_effects_are_in_the_histories_alone(db, django_assert_num_queries):
    effects = [Effect(**{**ROLE, "object_id": f"rol_{n}"}, action=Action.DELETED) for n in range(3)]
    with django_assert_num_queries(1):
        record_side_effects(effects, actor=SHELL, reason="The API was deleted.")

    assert configuration_history(Kind.ROLE).count() == 3
    assert configuration_history(Kind.ROLE, "rol_1").get().reason == "The API was deleted."
    assert not LogEvent.objects.exists()


def test_outside_a_transaction_nothing_is_recorded(db, monkeypatch):
    outside = SimpleNamespace(in_atomic_block=False)
    monkeypatch.setattr("users.log.configuration_history.transaction.get_connection", lambda: outside)
    with pytest.raises(TransactionManagementError):
        record_configuration_change(Effect(**ROLE, action=Action.CREATED), actor=SHELL)
    monkeypatch.undo()

    assert not ConfigurationChange.objects.exists()


def test_a_row_is_never_changed_and_deleted_by_retention_alone(db):
    record_configuration_change(Effect(**ROLE, action=Action.CREATED, after={}), actor=SHELL)
    row = ConfigurationChange.objects.get()

    for attempt in (
        row.save,
        row.delete,
        lambda: ConfigurationChange.objects.update(name="x"),
        lambda: ConfigurationChange.objects.bulk_update([row], ["name"]),
        ConfigurationChange.objects.all().delete,
    ):
        with pytest.raises(HistoryIsImmutable):
            attempt()
    with allow_history_deletion():
        assert ConfigurationChange.objects.all().delete()[0] == 1
