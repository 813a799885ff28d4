"""The migration that gives users their words, and what the database does with them."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection as database

from users.models import User, word_index
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor
from users.search.search_box import filter_by_search_box

migration = importlib.import_module("users.migrations.0031_word_index")
SHELL = command_actor("tests")


@pytest.fixture
def old(connection):
    """Users as they were stored before: `old("jane", name="Jane Doe")`."""

    def make(local, **columns):
        with allow_account_writes():
            user = User(connection=connection, email=f"{local}@example.com", **columns)
            user.set_search_columns(("email", "name"))
            user.words = None
            return User.objects.bulk_create([user])[0]

    return make


def found(text):
    return sorted(user.email for user in filter_by_search_box(User.objects.all(), text, viewer=SHELL))


def test_users_there_are_already_are_found_by_their_words(old, make_user, monkeypatch):
    monkeypatch.setattr(migration, "ROWS", 2)
    for local, name in (("jane", "Jane Müller"), ("john", None), ("mary", "Mary O'Neil")):
        old(local, name=name, phone_number="+442079460958" if local == "john" else None)
    new = make_user("new", name="New Müller")
    with allow_account_writes():
        User.objects.filter(pk=new.pk).update(words=" as they are")

    migration.build_context(apps, SimpleNamespace(connection=database))

    assert found("mueller") == ["jane@example.com"]
    assert found("neil") == ["mary@example.com"]
    assert found("02079460958") == found("john") == ["john@example.com"]
    assert found("as they are") == ["new@example.com"], "words that are there stay"


def test_the_index_can_be_dropped_and_made_again(make_user):
    make_user("jane", name="Jane Müller")
    # PostgreSQL alters no table of which it has still to check references.
    database.check_constraints()

    migration.drop(apps, SimpleNamespace(connection=database))
    migration.create(apps, SimpleNamespace(connection=database))

    assert found("mueller") == ["jane@example.com"]


def test_the_index_follows_each_way_of_writing(make_user):
    jane = make_user("jane", name="Jane Müller")
    make_user("john", name="John Doe")
    assert found("mueller") == ["jane@example.com"]

    with allow_account_writes():
        jane.name, jane.phone_number = "Jane Doe", "+442079460958"
        jane.save_columns(["name", "phone_number"])
        assert found("mueller") == []
        assert found("doe") == ["jane@example.com", "john@example.com"]
        assert found("7946") == ["jane@example.com"]

        jane.save_columns(["email_verified"])
        assert found("doe jane") == ["jane@example.com"]

        User.objects.filter(name="John Doe").update(words=" walter")
        assert found("doe") == found("7946") == ["jane@example.com"]
        assert found("walter") == ["john@example.com"]

        jane.delete()
        assert found("doe") == found("7946") == []


@pytest.mark.skipif(database.vendor != "sqlite", reason="PostgreSQL generates the column")
def test_triggers_that_a_migration_lost_are_made_again(make_user):
    with database.cursor() as cursor:
        for name in ("insert", "update", "delete"):
            cursor.execute(f"DROP TRIGGER users_words_{name}")

    word_index.reinstall_triggers(database)

    jane = make_user("jane", name="Jane Müller")
    assert found("mueller") == ["jane@example.com"]
    with allow_account_writes():
        jane.delete()
    assert found("mueller") == []
