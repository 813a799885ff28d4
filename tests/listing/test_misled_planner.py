"""Pages stay right when SQLite's statistics make it choose another index."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from tests.conftest import SHELL
from users.listing.keyset import Keyset
from users.listing.ordered_fetch import filter_by_subquery
from users.listing.pages import read_page
from users.models import User
from users.models.write_guard import allow_account_writes
from users.search.query import search_users

BY_LAST_LOGIN = Keyset(("last_login", "id"), is_descending=True, is_nullable=True)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's planner")
def test_the_page_before_the_first_user_without_a_value_has_none_of_them(make_user):
    users = [make_user(f"e{number}") for number in range(7)]
    with allow_account_writes():
        User.objects.filter(pk__in=[user.pk for user in users[1::2]]).update(last_login=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        # As if the table had many rows, of which each index finds some.
        cursor.execute(
            "UPDATE sqlite_stat1 SET stat = '2000' || substr(stat, instr(stat || ' ', ' '))"
            " WHERE tbl = 'users_user'"
        )
        cursor.execute("ANALYZE sqlite_schema")
    found = filter_by_subquery(search_users(User.objects.all(), "email:e*", viewer=SHELL), 200)
    first = read_page(found, BY_LAST_LOGIN, size=3)
    second = read_page(found, BY_LAST_LOGIN, size=3, after=first.end)
    third = read_page(found, BY_LAST_LOGIN, size=3, after=second.end)

    assert [user.email[:2] for page in (first, second, third) for user in page.rows] == [
        *("e5", "e3", "e1"),
        *("e6", "e4", "e2"),
        "e0",
    ]
    assert read_page(found, BY_LAST_LOGIN, size=3, before=second.start).rows == first.rows
