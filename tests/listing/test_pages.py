"""Pages of users read on from a row, and what the database does for a deep one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from tests.search.conftest import Plan, analyse
from users.listing.pages import Cursor, Sort, read_page
from users.models import User
from users.models.write_guard import allow_account_writes
from users.search.sort_fields import SORT_COLUMNS

SORTS = [
    Sort(column, is_descending=is_down)
    for column in ("created_at", "email_folded", "logins_count", "last_login")
    for is_down in (False, True)
]
NAMES = [f"{sort.value} {'down' if sort.is_descending else 'up'}" for sort in SORTS]


@pytest.fixture
def dozen(make_user):
    """Twelve people: a third never signed in, many have signed in as often, two have no address."""
    now = timezone.now()
    people = [make_user() for _ in range(12)]
    with allow_account_writes():
        for number, user in enumerate(people):
            user.last_login = None if number % 3 == 0 else now - timedelta(days=number % 4)
            user.logins_count = number % 3
            user.created_at = now - timedelta(hours=number // 2)
            user.email = None if number % 6 == 5 else user.email
            user.save()


@pytest.mark.parametrize("sort", SORTS, ids=NAMES)
def test_pages_follow_each_other_there_and_back(dozen, sort):
    whole = read_page(User.objects.all(), sort, size=100).users
    assert len(whole) == 12

    there, place = [], None
    while not there or there[-1].has_next:
        there.append(read_page(User.objects.all(), sort, size=5, after=place))
        place = there[-1].cursors[-1]
    back = read_page(User.objects.all(), sort, size=5, before=there[-1].cursors[0])
    first = read_page(User.objects.all(), sort, size=5, before=back.cursors[0])

    assert [user for page in there for user in page.users] == whole
    assert (back.users, back.has_previous, back.has_next) == (whole[5:10], True, True)
    assert (first.users, first.has_previous, first.has_next) == (whole[:5], False, True)


@pytest.mark.parametrize("sort", SORTS, ids=NAMES)
def test_those_without_a_value_come_last(dozen, sort):
    values = [place.value for place in read_page(User.objects.all(), sort, size=100).cursors]

    assert sorted(values, key=lambda value: value is None) == values
    present = [value for value in values if value is not None]
    assert sorted(present, reverse=sort.is_descending) == present


def test_before_a_row_near_the_beginning_stands_the_whole_first_page(dozen):
    sort = Sort("created_at")
    places = read_page(User.objects.all(), sort, size=100).cursors

    page = read_page(User.objects.all(), sort, size=5, before=places[2])

    assert (page.cursors, page.has_previous) == (places[:5], False)


def test_beyond_the_last_row_there_is_nobody(dozen):
    [*_, last] = read_page(User.objects.all(), Sort("last_login"), size=100).cursors

    page = read_page(User.objects.all(), Sort("last_login"), size=5, after=last)

    assert (page.users, page.has_previous, page.has_next) == ([], True, False)


@pytest.fixture
def many_alike(crowd):
    """Two thousand people who have signed in at ten moments, each three times."""
    now = timezone.now()
    people = list(User.objects.order_by("pk"))
    for number, user in enumerate(people):
        user.logins_count = 3
        user.last_login = now - timedelta(days=number % 10)
    with allow_account_writes():
        User.objects.bulk_update(people, ["logins_count", "last_login"], batch_size=500)
    analyse()


INDEXES = {
    "created_at": {"user_newest"},
    "email": {"user_email"},
    "logins_count": {"user_logins_count"},
    "last_login": {"user_last_login", "user_latest_login"},
}


def test_a_deep_page_enters_the_index_at_its_row(many_alike):
    for name in INDEXES:
        sort = Sort(SORT_COLUMNS[name], is_descending=True)
        deep = User.objects.order_by(f"-{sort.value}", "-pk")[1500]
        for end in ("after", "before"):
            check_deep_page(name, sort, {end: Cursor(getattr(deep, sort.value), deep.pk)})


def check_deep_page(name, sort, end):
    sent = []
    with database.execute_wrapper(lambda send, *sent_now: sent.append(sent_now[:2]) or send(*sent_now)):
        page = read_page(User.objects.all(), sort, size=50, **end)

    assert len(page.users) == 50
    [statement] = sent
    planned = Plan.of(*statement)
    assert planned.indexes & INDEXES[name], planned.text
    assert not planned.scans
    # Where an index holds no ids, PostgreSQL sorts the few that have one value.
    assert not planned.sorts or name == "email"
    if database.vendor == "postgresql":
        assert rows_read(*statement) <= 60
    else:
        assert [line for line in planned.text if re.search(r"[<>]\?", line)], planned.text


def rows_read(sql: str, parameters: tuple) -> int:
    """How many rows PostgreSQL takes from its indexes, those it throws away included."""
    with database.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
        [plan] = cursor.fetchone()[0]
    nodes, most = [plan["Plan"]], 0
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        most = max(most, node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
    return most
