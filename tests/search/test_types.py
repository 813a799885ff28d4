"""A search by the type of a metadata value: what it refuses, and for whom it finds nothing."""

from __future__ import annotations

import pytest

from users.lucene.errors import QueryError
from users.lucene.printer import escape
from users.models import User
from users.rights.actor import command_actor, owner_actor, staff_actor
from users.rights.errors import Denied
from users.search.full_scans import find_slow_keys
from users.search.query import search_users

SHELL = command_actor("tests")


def find(text, viewer=SHELL, **options) -> list[User]:
    return list(search_users(User.objects.all(), text, viewer=viewer, **options))


def test_a_type_is_searched_by_who_may_see_the_document(jane, agent, staff_with):
    assert find("_type_.app_metadata.plan:string", staff_actor(agent)) == [jane]

    clerk = staff_actor(staff_with("view_user"))
    assert find("_type_.user_metadata.hobby:string", clerk) == [jane]
    for viewer in (clerk, owner_actor(jane)):
        with pytest.raises(Denied):
            find("_type_.app_metadata.plan:string", viewer)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("_type_.app_metadata.plan:text", "string, number, boolean, object, array or null"),
        ("_type_.app_metadata.plan:str*", "string, number"),
        ("_type_.app_metadata.plan:[a TO z]", "string, number"),
        ("_exists_:_type_.app_metadata.plan", "every value has a type"),
        ("_type_.app_metadata:object", "there is no field"),
        ("_type_.email:string", "there is no field"),
        ("_type_:string", "there is no field"),
    ],
)
def test_what_is_no_type_of_a_key_is_refused(db, text, reason):
    with pytest.raises(QueryError, match=reason):
        find(text)


def test_with_the_limits_of_auth0_there_is_no_such_field(jane):
    assert find("_type_.app_metadata.plan:string", strict=True) == []


def test_no_index_is_offered_that_would_not_help(db):
    [slow] = find_slow_keys("_type_.app_metadata.plan:string", SHELL)
    assert slow.is_indexable is False


@pytest.mark.parametrize("key", ['a"b', "a\\b", "a b", "käse", "%s", "aSb?"])
def test_any_key_can_be_asked_for(make_user, key):
    user = make_user(app_metadata={key: 1})

    assert find(f"_type_.app_metadata.{escape(key)}:number") == [user]
