"""The index of words, which the database updates by itself."""

from __future__ import annotations

import pytest
from django.db import connection as database

from users.models import User, word_index
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor
from users.search.search_box import filter_by_search_box

SHELL = command_actor("tests")


def found(text):
    return sorted(user.email for user in filter_by_search_box(User.objects.all(), text, viewer=SHELL))


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
