"""Which indexes serve which query, by the databases' own word."""

from __future__ import annotations

import pytest
from django.db import connection as database

from tests.search.conftest import analyse
from users.listing.ordered_fetch import SMALL_RESULT, count_up_to, filter_by_subquery, read_in_order
from users.models import User
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor
from users.search.query import search_users
from users.search.sort_fields import parse_sort
from users.search.user_list import filter_by_connection

SHELL = command_actor("tests")
on_postgresql = pytest.mark.skipif(database.vendor != "postgresql", reason="SQLite has no such index")


@pytest.fixture
def documented(crowd):
    """Two thousand people with documents, of whom the oldest twenty alone surf."""
    people = list(User.objects.order_by("created_at"))
    for number, user in enumerate(people):
        user.user_metadata = {
            "hobby": "surfing" if number < 20 else "sailing",
            "trips": [{"city": f"City {number % 500}"}],
            "n": number,
            # As much as people's documents hold: where there is little to read, reading all is best.
            "about": "x" * 1000,
        }
        user.app_metadata = {"groups": [f"group-{number % 400}"], "vip": number % 2 == 0}
    with allow_account_writes():
        User.objects.bulk_update(people, ["user_metadata", "app_metadata"], batch_size=500)
    analyse()


def ids(q):
    return search_users(filter_by_connection(), q, viewer=SHELL).values("pk")


SERVED = [
    ("user_metadata.n:1777", {"user_user_metadata"}),
    ("user_metadata.hobby:surfing", {"user_user_metadata"}),
    ('user_metadata.trips.city:"City 77"', {"user_user_metadata"}),
    ("app_metadata.groups:group-7", {"user_app_metadata"}),
    ("app_metadata.groups:group-7 AND user_metadata.n:7", {"user_app_metadata", "user_user_metadata"}),
    ("app_metadata.groups:group-7 OR user_metadata.n:9", {"user_app_metadata", "user_user_metadata"}),
    ("app_metadata.groups:(group-7 OR group-8)", {"user_app_metadata"}),
    ("app_metadata.groups:group-7 AND NOT app_metadata.vip:true", {"user_app_metadata"}),
    # The classes of section 2 of the design, but for those that half of all people fit.
    ('user_metadata.hobby:"no such hobby"', {"user_user_metadata"}),
    (
        "app_metadata.groups:group-7 AND app_metadata.vip:false AND user_metadata.n:7",
        {"user_app_metadata", "user_user_metadata"},
    ),
    ("email:USER-1777@example.com", {"user_email", "user_email_once"}),
    ("email:user-177*", {"user_email", "user_email_infix"}),
    ("email:*r-1777@*", {"user_email_infix"}),
    ("name:*ber\\ 1777", {"user_name_infix"}),
    ("user_id:auth0|abcdef*", {"users_user_user_id_key", "user_id_infix"}),
    ("identities.user_id:abcdef0123456789", {"user_id_infix"}),
    ("user-1777", {"user_email", "user_name", "user_nickname", "user_given_name", "user_family_name"}),
    ("nickname:nick-1777", {"user_nickname"}),
]


@on_postgresql
def test_a_query_is_served_by_indexes(documented, plan):
    for q, indexes in SERVED:
        planned = plan(ids(q))

        assert planned.indexes & indexes, (q, planned.text)
        assert not planned.scans, (q, planned.text)


@pytest.mark.parametrize(
    "q", ["email:user-1777@example.com", "email:user-177*", "user-1777", "name:user\\ number\\ 17*7"]
)
def test_names_and_addresses_are_found_by_indexes_in_either_database(crowd, plan, q):
    assert not plan(ids(q)).scans


@on_postgresql
def test_what_many_fit_is_met_on_a_walk_through_the_order(documented, plan):
    for q in ("app_metadata.vip:true", "NOT app_metadata.vip:true", "NOT user_metadata.n:7"):
        users = search_users(filter_by_connection(), q, viewer=SHELL)

        planned = plan(users.order_by(*parse_sort("created_at:-1")).values("pk")[:50])

        assert planned.indexes == {"user_newest"}, (q, planned.text)
        assert not planned.scans, (q, planned.text)
        assert not planned.sorts, (q, planned.text)


OTHERS = [
    ("blocked:true", {"user_blocked"}),
    ("created_at:[2001 TO 2002]", {"user_newest"}),
    ("last_login:[2026-01-01 TO 2026-01-02]", {"user_last_login", "user_latest_login"}),
    ("logins_count:{1990 TO *]", {"user_logins_count"}),
    ("email:(user-1777@example.com OR user-1778@example.com)", {"user_email", "user_email_once"}),
    ("phone_number:+4915112345678", {"user_phone"}),
    ("username:user-1777", {"user_username_exact"}),
]


def test_other_fields_of_the_profile_are_served_by_theirs_in_either_database(documented, plan):
    for q, indexes in OTHERS:
        planned = plan(ids(q))

        assert planned.indexes & indexes, (q, planned.text)
        assert not planned.scans, (q, planned.text)


@on_postgresql
def test_a_few_matches_are_fetched_and_sorted_and_not_waited_for(documented, plan):
    users = search_users(filter_by_connection(), "user_metadata.hobby:surfing", viewer=SHELL)

    assert count_up_to(users, SMALL_RESULT) == 20
    planned = plan(
        filter_by_subquery(users, SMALL_RESULT).order_by(*parse_sort("created_at:-1")).values("pk")[:50]
    )

    assert "user_user_metadata" in planned.indexes
    assert "user_newest" not in planned.indexes, planned.text


@pytest.mark.skipif(database.vendor != "sqlite", reason="PostgreSQL knows what is rare")
def test_a_narrow_range_is_fetched_and_a_wide_one_met_on_a_walk_on_sqlite(crowd, plan):
    for q, index in (
        ("logins_count:{1990 TO *]", "user_logins_count"),
        ("logins_count:[1 TO *]", "user_newest"),
    ):
        users = search_users(filter_by_connection(), q, viewer=SHELL)

        planned = read_in_order(
            users, lambda rows: plan(rows.order_by(*parse_sort("created_at:-1")).values("pk")[:50])
        )

        assert index in planned.indexes, (q, planned.text)
        assert not planned.scans, (q, planned.text)


@pytest.mark.parametrize(("most", "count"), [(5, 6), (20, 20), (100, 20)])
def test_counting_stops_at_what_is_asked_for(documented, most, count):
    assert (
        count_up_to(search_users(filter_by_connection(), "user_metadata.hobby:surfing", viewer=SHELL), most)
        == count
    )
