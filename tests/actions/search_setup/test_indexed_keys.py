"""Asking for the indexes of a key, and for their end."""

from __future__ import annotations

import pytest
from django.db import connection as database

from users.actions.errors import AlreadyExists, InvalidIndexedKey
from users.actions.search_setup.indexed_keys import MAX_KEYS, detect_kind, drop_key, index_key
from users.models import IndexedKey, Job
from users.rights.actor import command_actor, staff_actor
from users.rights.errors import Denied

SHELL = command_actor("tests")
CREDITS = "app_metadata.credits"


def now(key: IndexedKey) -> IndexedKey:
    return IndexedKey.objects.select_related("job").get(pk=key.pk)


def test_a_key_is_asked_for_once(administrator):
    key = index_key("app_metadata.a b.c", "number", actor=staff_actor(administrator))
    again = index_key("app_metadata.a b.c", actor=SHELL)

    assert again == key == IndexedKey.objects.get()
    assert (key.document, key.path, key.kind, key.state) == (
        "app_metadata",
        ["a b", "c"],
        "number",
        "building",
    )
    assert key.made_by == str(administrator)
    assert Job.objects.get() == key.job
    assert key.job.owner == administrator


def test_only_who_may_asks(agent, administrator, actor_of):
    key = index_key(CREDITS, "number", actor=actor_of("update:metadata_keys"))

    for actor in (staff_actor(agent), actor_of("read:metadata_keys", "update:users")):
        with pytest.raises(Denied):
            index_key(CREDITS, actor=actor)
        with pytest.raises(Denied):
            drop_key(key, actor=actor)
    assert now(key).status == "building"


def test_what_cannot_be_indexed_is_refused_with_the_reason(db):
    wrong = [
        "",
        "credits",
        "app_metadata",
        "app_metadata.",
        "app_metadata..a",
        "profile.a",
        "app_metadata.\0",
    ]
    for name in (*wrong, "app_metadata." + "a" * 300):
        with pytest.raises(InvalidIndexedKey, match="Name a metadata key"):
            index_key(name, actor=SHELL)
    if database.vendor == "sqlite":
        for letter in '"\\\n':
            with pytest.raises(InvalidIndexedKey, match="SQLite"):
                index_key(f"app_metadata.a{letter}", actor=SHELL)
    assert not IndexedKey.objects.exists()


def test_there_is_a_most(db):
    keys = [index_key(f"app_metadata.k{number}", "text", actor=SHELL) for number in range(MAX_KEYS)]

    with pytest.raises(InvalidIndexedKey, match="20 keys are indexed"):
        index_key(CREDITS, actor=SHELL)

    assert index_key("app_metadata.k0", actor=SHELL) == keys[0]


def test_a_key_is_indexed_as_one_kind(db):
    index_key(CREDITS, "number", actor=SHELL)

    with pytest.raises(AlreadyExists, match="indexed as number"):
        index_key(CREDITS, "text", actor=SHELL)


def test_without_a_kind_it_is_what_the_key_mostly_holds(make_user):
    for value in (1, 2.5, "x", True, None, {"inner": "x"}, [1]):
        make_user(app_metadata={"credits": value})

    assert detect_kind("app_metadata", ("credits",)) == "number"
    assert detect_kind("app_metadata", ("credits", "inner")) == "text"
    assert detect_kind("app_metadata", ("unknown",)) == "text"


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_one_that_failed_is_tried_again(db, status):
    key = index_key(CREDITS, "number", actor=SHELL)
    Job.objects.update(status=status)
    assert now(key).state == "failed"

    again = index_key(CREDITS, actor=SHELL)

    assert (again, again.state) == (key, "building")
    assert again.job != key.job


def test_dropping_is_asked_for_once_and_nothing_else_meanwhile(db):
    key = index_key(CREDITS, "number", actor=SHELL)
    drop_key(key, actor=SHELL)
    drop_key(key, actor=SHELL)

    assert now(key).state == "dropping"
    assert Job.objects.count() == 2
    with pytest.raises(AlreadyExists, match="being dropped"):
        index_key(CREDITS, actor=SHELL)

    IndexedKey.objects.all().delete()
    drop_key(key, actor=SHELL)
    assert Job.objects.count() == 2
