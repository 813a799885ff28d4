"""Which searches and orders the indexes of keys serve, by the databases' own word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from tests.search.conftest import analyse
from users.models import IndexedKey, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor
from users.search import indexed_keys as search_keys
from users.search.indexed_keys import indexed_keys, is_sortable, parse_key_path, save_key_use
from users.search.query import search_users
from users.search.sort_fields import parse_sort
from users.search.sql.indexes import index_definitions, index_sizes
from users.search.user_list import filter_by_connection

SHELL = command_actor("tests")
ON_POSTGRESQL = database.vendor == "postgresql"


NAMES = ("credits", "city", "seats")


@pytest.fixture
def documented(crowd, index_key):
    """Two thousand people: credits, mostly numbers, a city within an address, and seats, which few
    have; all indexed."""
    people = list(User.objects.order_by("created_at"))
    for number, user in enumerate(people):
        user.user_metadata = {"address": {"city": f"City {number:04}"}, "even": number % 2 == 0}
        user.app_metadata = {"credits": number, "plan": f"plan-{number % 100}"}
    people[0].app_metadata["credits"] = [5000, 6000]
    people[1].app_metadata["credits"] = "many"
    people[2].user_metadata = {"address": [{"city": "Oslo"}]}
    for user in people[3:1000]:
        del user.app_metadata["credits"]
    for user in people[:20]:
        user.app_metadata["seats"] = 3
    with allow_account_writes():
        User.objects.bulk_update(people, ["user_metadata", "app_metadata"], batch_size=500)
    credits = index_key("app_metadata", ("credits",), "number")
    city = index_key("user_metadata", ("address", "city"), "text")
    seats = index_key("app_metadata", ("seats",), "number")
    analyse()
    return {
        name: set(index_definitions(key)) for name, key in zip(NAMES, (credits, city, seats), strict=True)
    }


SEARCHES = {
    # (query, how many it finds, whose index, and on PostgreSQL another that may do instead)
    "rare": ("app_metadata.credits:[1700 TO 1702]", 3, "credits", None),
    "one of a list": ("app_metadata.credits:[5500 TO 7000]", 1, "credits", None),
    "narrow": ("app_metadata.credits:[1700 TO 1800}", 100, "credits", None),
    "text among numbers": ("app_metadata.credits:m*", 1, "credits", None),
    "prefix": ("user_metadata.address.city:City\\ 177*", 10, "city", None),
    "wildcard within": ("user_metadata.address.city:City\\ 17*7", 10, "city", None),
    "in a list on the way": ("user_metadata.address.city:Os*", 1, "city", None),
    "text range": ('user_metadata.address.city:["City 0100" TO "City 0109"]', 10, "city", None),
    "either key": (
        "app_metadata.credits:[1700 TO 1702] OR user_metadata.address.city:Os*", 4, "city", None,
    ),
    "equality and range": (
        "app_metadata.plan:plan-77 AND app_metadata.credits:[1700 TO 1800]",
        *(1, "credits", "user_app_metadata"),
    ),
    "exists": ("_exists_:app_metadata.seats", 20, "seats", None),
    "exists beside a rare one": (
        "_exists_:app_metadata.credits AND user_metadata.address.city:Os*", 1, "city", None,
    ),
}  # fmt: skip


def test_a_search_by_an_indexed_key_reads_its_indexes_and_nobody_else(documented, plan):
    for name, (q, count, key, other) in SEARCHES.items():
        users = search_users(filter_by_connection(), q, viewer=SHELL).values("pk")

        planned = plan(users)

        assert len(users) == count, name
        assert planned.indexes & (documented[key] | {other}), (name, planned.text)
        assert not planned.scans, (name, planned.text)


def test_a_wide_range_is_known_to_be_wide(documented, plan):
    users = search_users(filter_by_connection(), "app_metadata.credits:[900 TO *]", viewer=SHELL)

    # What comes first in the list is found sooner by walking it than by sorting all matches.
    planned = plan(users.order_by(*parse_sort("created_at:-1")).values("pk")[:50])

    assert not planned.sorts or not ON_POSTGRESQL, planned.text


def test_the_list_in_the_order_of_a_key_is_read_from_its_index(documented, plan):
    for sort in ("app_metadata.credits", "user_metadata.address.city"):
        for way in ("1", "-1"):
            planned = plan(filter_by_connection().order_by(*parse_sort(f"{sort}:{way}")).values("pk")[:50])

            assert planned.indexes <= documented[sort.rpartition(".")[2]], (sort, way, planned.text)
            assert not planned.sorts, (sort, way, planned.text)
            assert not planned.scans, (sort, way, planned.text)


@pytest.mark.skipif(ON_POSTGRESQL, reason="the index of the document serves it")
def test_on_sqlite_whole_values_of_an_indexed_key_are_looked_up_too(documented, plan):
    for q in ("app_metadata.credits:1700", 'user_metadata.address.city:"City 0100"'):
        planned = plan(search_users(filter_by_connection(), q, viewer=SHELL).values("pk"))

        assert planned.indexes, (q, planned.text)
        assert not planned.scans, (q, planned.text)


HOSTILE = ["'; DROP TABLE users_user; --", "%s", "%(a)s", "a'b''c", "日本 😀", "{}", "$[*]", "/*", ":x", "?"]


def test_a_hostile_name_of_a_key_is_a_name(make_people, index_key, db):
    names = [*HOSTILE, '"', "\\", "\\'; --", "a\nb"] if ON_POSTGRESQL else HOSTILE
    for kind in ("number", "text"):
        for name in names:
            index_key("user_metadata" if kind == "text" else "app_metadata", (name, name), kind)
    documents = ({"app_metadata": {name: {name: 7}}, "user_metadata": {name: {name: "7"}}} for name in names)
    make_people(list(documents))

    for name in names:
        escaped = "".join(f"\\{letter}" for letter in name)
        for q in (f"app_metadata.{escaped}.{escaped}:[6 TO 8]", f"user_metadata.{escaped}.{escaped}:7*"):
            assert search_users(User.objects.all(), q, viewer=SHELL).count() == 1, q
        assert len(User.objects.order_by(*parse_sort(f"app_metadata.{name}.{name}:1"))) == len(names)
    assert {key.pk for key in IndexedKey.objects.all()} <= index_sizes().keys() or not index_sizes()


def test_long_text_and_large_numbers_can_be_written_to_an_indexed_key(make_user, index_key):
    index_key("user_metadata", ("bio",), "text")
    index_key("app_metadata", ("n",), "number")
    long = "ä" * 199 + "😀" * 5000

    make_user("long", user_metadata={"bio": long}, app_metadata={"n": 10**999})

    for q in (
        f"user_metadata.bio:{'ä' * 199}*",
        f"user_metadata.bio:{'ä' * 199}😀😀*",
        "user_metadata.bio:[ä TO *]",
    ):
        assert search_users(User.objects.all(), q, viewer=SHELL).count() == 1
    assert search_users(User.objects.all(), f"user_metadata.bio:{'ä' * 199}ä*", viewer=SHELL).count() == 0


def test_only_a_key_that_is_ready_is_made_use_of(index_key, db):
    key = index_key("app_metadata", ("credits",), "number")
    assert is_sortable("app_metadata", ("credits",))

    IndexedKey.objects.filter(pk=key.pk).update(status="dropping")

    assert is_sortable("app_metadata", ("credits",)), "known for a few seconds"
    search_keys.clear_indexed_keys_cache()
    assert not is_sortable("app_metadata", ("credits",))


def test_the_keys_are_asked_for_once_in_a_while_and_only_by_who_needs_them(jane, django_assert_num_queries):
    with django_assert_num_queries(2):
        list(search_users(User.objects.all(), "name:Jane*", viewer=SHELL))
        list(search_users(User.objects.all(), "name:Jane* OR email:jane*", viewer=SHELL))
    with django_assert_num_queries(3):
        list(search_users(User.objects.all(), "app_metadata.n:[1 TO 2]", viewer=SHELL))
        list(search_users(User.objects.all(), "app_metadata.n:[1 TO 2]", viewer=SHELL))


@pytest.mark.parametrize("by", ["search", "sort"])
def test_the_day_of_the_last_use_is_written_down_once_when_the_answer_is_out(
    jane, index_key, api, by, django_assert_num_queries
):
    key = index_key("app_metadata", ("credits",), "number")
    asked = {"search": "q=app_metadata.credits:[1 TO 2]", "sort": "sort=app_metadata.credits:1"}[by]
    indexed_keys()

    api("read:users").get(f"/api/v2/users?{asked}")

    today = timezone.now().date()
    assert IndexedKey.objects.get(pk=key.pk).last_used_on == today
    with django_assert_num_queries(0):
        save_key_use()
    # The next day it is written anew.
    IndexedKey.objects.update(last_used_on=today - timedelta(days=1))
    search_keys.clear_indexed_keys_cache()
    api("read:users").get(f"/api/v2/users?{asked}")
    assert IndexedKey.objects.get(pk=key.pk).last_used_on == today


def test_a_place_is_a_document_and_keys():
    assert parse_key_path("app_metadata.a b.c") == ("app_metadata", ("a b", "c"))
    for name in ("app_metadata", "app_metadata.", "app_metadata..a", "profile.a", "name", ""):
        assert parse_key_path(name) is None, name
