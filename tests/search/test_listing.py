"""The list of users: its order and its pages."""

from __future__ import annotations

import pytest

from users.search.sort_fields import SORT_COLUMNS, UnknownSort, parse_sort
from users.search.user_list import filter_by_connection, paginate_users


@pytest.fixture
def five(make_user):
    return [make_user(name) for name in ("ada", "ben", "cleo", "dora", "emil")]


@pytest.mark.parametrize("sort", ["", "created_at:1", "email:1", "last_login:1", "blocked:1"])
def test_ties_are_broken_by_age(five, sort):
    assert paginate_users(filter_by_connection(), number=0, size=5, sort=sort) == five


@pytest.mark.parametrize("sort", ["created_at:-1", "email:-1", "last_login:-1", "blocked:-1"])
def test_and_the_other_way_round_downwards(five, sort):
    assert paginate_users(filter_by_connection(), number=0, size=5, sort=sort) == five[::-1]


def test_pages_follow_each_other_without_gap_or_overlap(five):
    pages = [
        paginate_users(filter_by_connection(), number=number, size=2, sort="email:-1") for number in range(4)
    ]

    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert [user for page in pages for user in page] == five[::-1]


def test_a_page_of_none_asks_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert paginate_users(filter_by_connection(), number=3, size=0) == []


def test_a_page_is_one_query_and_brings_the_connection(five, django_assert_num_queries):
    with django_assert_num_queries(1):
        [user] = paginate_users(filter_by_connection(), number=0, size=1)
        assert user.connection.name


@pytest.mark.parametrize(
    "name", ["user_metadata", "password", "user_metadata.hobby", "connection__name", "-email", ""]
)
def test_only_listed_fields_can_be_sorted_by(db, name):
    with pytest.raises(UnknownSort, match=f"^{name}$"):
        parse_sort(f"{name}:1")


def test_nothing_secret_can_be_sorted_by():
    assert not {"password", "session_epoch", "is_superuser", "user_metadata", "app_metadata"} & {
        *SORT_COLUMNS,
        *SORT_COLUMNS.values(),
    }


def test_a_connection_of_that_name_or_nobody(five, connection):
    assert set(filter_by_connection(connection=connection.name)) == set(five)
    assert not filter_by_connection(connection="Nowhere")
