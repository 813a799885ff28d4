"""Which indexes serve which question, by the databases' own word."""

from __future__ import annotations

import re

import pytest
from django.db import connection as database

from users.api.framework.paging import OLDEST_FIRST
from users.models import User
from users.models.user import FOLD_FUNCTIONS
from users.rights.actor import command_actor
from users.search.search_box import filter_by_search_box
from users.search.sort_fields import parse_sort
from users.search.user_list import filter_by_connection


def first_page(users, sort=""):
    return users.order_by(*parse_sort(sort)).values("pk")[:50]


BY_WORDS = {"user_words", "users_words"}
WORDS = {
    "user-1777@example.com": {"user_email", "user_email_once"},
    **dict.fromkeys(("user-1777", "nick-1777", "given 1777", "1777 user-1777"), BY_WORDS),
    **dict.fromkeys(("User Number 1777", "abcdef", "nobody", "nobody example"), BY_WORDS),
    "auth0|abc": {"users_user_user_id_key", "user_id_infix", "sqlite_autoindex_users_user_1"},
}
BY_LOGIN = {"user_last_login", "user_latest_login"}
LISTS = {
    "": {"user_newest"},
    "created_at:1": {"user_newest"},
    "created_at:-1": {"user_newest"},
    "last_login:1": BY_LOGIN,
    "last_login:-1": BY_LOGIN,
    "logins_count:1": {"user_logins_count"},
    "logins_count:-1": {"user_logins_count"},
}


def test_words_are_found_by_indexes_without_a_scan(crowd, plan):
    for text, index in WORDS.items():
        found = plan(
            filter_by_search_box(User.objects.all(), text, viewer=command_actor("tests")).values("pk")
        )

        assert found.scans == [], (text, found.text)
        assert found.indexes & index, (text, found.text)


def test_the_lists_are_read_from_their_indexes(crowd, plan):
    check_lists(plan)


def test_linked_accounts_are_left_out_on_the_way_and_not_by_an_index_of_their_own(linked_crowd, plan):
    check_lists(plan)


def check_lists(plan):
    for sort, indexes in LISTS.items():
        found = plan(first_page(filter_by_connection(), sort))

        assert found.indexes & indexes, (sort, found.text)
        assert not found.indexes & {"user_linked"}, (sort, found.text)
        assert not found.scans, (sort, found.text)
        assert not found.sorts, (sort, found.text)


def test_those_linked_to_somebody_are_found_by_that_index(linked_crowd, plan):
    found = plan(User.accounts.filter(linked_to=linked_crowd[0]))

    assert found.indexes == {"user_linked"}, found.text
    assert not found.scans


def test_an_address_is_found_by_its_index_among_all_accounts_too(linked_crowd, plan):
    found = plan(User.accounts.by_email("user-17@example.com"))

    assert found.indexes & {"user_email", "user_email_once"}, found.text
    assert not found.scans


def test_a_walk_goes_on_where_it_was_in_the_index(crowd, connection, plan):
    deep = User.objects.order_by("created_at", "id")[1500]
    further = OLDEST_FIRST.after((deep.created_at, deep.pk))
    of_one = {"user_newest", "user_connection_newest"}
    for name, indexes in (("", {"user_newest"}), (connection.name, of_one)):
        users = filter_by_connection(connection=name).with_connection()

        found = plan(users.filter(further).order_by(*OLDEST_FIRST.ordering)[:50])

        assert found.indexes & indexes, found.text
        # The table of connections may be: it has a row or two.
        assert not [scan for scan in found.scans if "users_user" in scan]
        assert not found.sorts
        # It does not read its way there: the moment is where it begins.
        assert begins_at_created_at(found.text), found.text


def begins_at_created_at(text):
    if database.vendor == "postgresql":
        return any(re.search(r"created_at\b.* >", node.get("Index Cond", "")) for node in text)
    return any("created_at>?" in line for line in text)


@pytest.mark.skipif(database.vendor != "postgresql", reason="SQLite compares bytes as it is")
def test_what_words_are_looked_up_in_is_compared_by_code_points(db):
    folded = [f"{name}_folded" for name in FOLD_FUNCTIONS]
    # A prefix is a range only then: "auth0|Z" lies between "auth0|y" and "auth0|z" in English.
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = 'users_user' AND column_name = ANY(%s) AND collation_name = 'C'",
            [folded],
        )
        by_code_points = {name for (name,) in cursor.fetchall()}

    assert by_code_points == set(folded)


def test_whom_an_address_or_a_login_means_is_found_by_indexes_without_a_scan(crowd, plan):
    address = "user-1777@example.com"
    found = plan(User.objects.by_email(address))
    assert found.indexes & {"user_email", "user_email_once"}, found.text
    assert not found.scans

    for asked in (User.objects.by_login(address), User.objects.by_identifier(address)):
        found = plan(asked)
        assert found.scans == [], found.text
        assert {"user_email", "user_username"} <= found.indexes, found.text
