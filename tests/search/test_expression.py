"""A condition is compiled to SQL once, whatever is asked of its users."""

from __future__ import annotations

import pytest
from django.db import connection as database

from users.models import User
from users.rights.actor import command_actor
from users.search import indexed_keys
from users.search.query import search_users
from users.search.sql.emitter import Emitter

SHELL = command_actor("tests")


@pytest.fixture
def compiled(monkeypatch):
    """The emitters that were made."""
    made = []
    real = Emitter.__init__
    monkeypatch.setattr(
        Emitter, "__init__", lambda self, *args, **more: made.append(self) or real(self, *args, **more)
    )
    return made


def test_to_count_and_to_read_costs_one_compilation(jane, stranger, compiled):
    users = search_users(User.objects.all(), "app_metadata.plan:full OR email:jane*", viewer=SHELL)

    assert users.count() == 1
    assert list(users.order_by("-created_at", "-id")[:50]) == [jane]
    assert users.filter(blocked__isnull=True).exists()
    assert len(compiled) == 1


def test_each_query_spells_the_columns_by_its_alias_of_the_table(jane, stranger, compiled):
    users = search_users(User.objects.all(), "app_metadata.plan:full AND email:jane*", viewer=SHELL)

    assert list(users) == list(User.objects.filter(pk__in=users.values("pk"))) == [jane]
    assert len(compiled) == 1


def test_with_an_index_that_came_meanwhile_it_is_compiled_again(jane, compiled, index_key):
    users = search_users(User.objects.all(), "app_metadata.credits:[1 TO 5]", viewer=SHELL)
    users.count()
    assert len(compiled) == 1
    index_key("app_metadata", ("credits",), "number")
    indexed_keys.clear_indexed_keys_cache()

    users.count()

    assert [bool(emitter.keys) for emitter in (compiled[0], compiled[-1])] == [False, True]


def test_what_depends_on_the_order_is_compiled_for_each(jane, compiled):
    """SQLite asks its index of words how many there are, and how many are many depends on it."""
    users = search_users(User.objects.all(), "words:jane", viewer=SHELL)

    for _ in range(2):
        users.count()
        list(users.order_by("pk"))

    assert len(compiled) == (2 if database.vendor == "sqlite" else 1)
