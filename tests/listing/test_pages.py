"""Pages of users read on from a row, and what the database does for a deep one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from tests.search.conftest import Plan, analyse
from users.listing.keyset import Keyset
from users.listing.pages import read_cursor_page, read_page
from users.models import User
from users.models.write_guard import allow_account_writes
from users.search.sort_fields import SORT_COLUMNS


def by(column, is_descending=False):
    return Keyset((column, "id"), is_descending, is_nullable=User._meta.get_field(column).null)


ORDERS = [
    by(column, is_descending)
    for column in ("created_at", "email_folded", "logins_count", "last_login")
    for is_descending in (False, True)
]
NAMES = [f"{order.columns[0]} {'descending' if order.is_descending else 'ascending'}" for order in ORDERS]


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


@pytest.mark.parametrize("order", ORDERS, ids=NAMES)
def test_pages_follow_each_other_there_and_back(dozen, order):
    whole = read_page(User.objects.all(), order, size=100).rows
    assert len(whole) == 12

    there, place = [], None
    while not there or there[-1].has_next:
        there.append(read_page(User.objects.all(), order, size=5, after=place))
        place = there[-1].end
    back = read_page(User.objects.all(), order, size=5, before=there[-1].start)
    first = read_page(User.objects.all(), order, size=5, before=back.start)

    assert [user for page in there for user in page.rows] == whole
    assert (back.rows, back.has_previous, back.has_next) == (whole[5:10], True, True)
    assert (first.rows, first.has_previous, first.has_next) == (whole[:5], False, True)


@pytest.mark.parametrize("order", ORDERS, ids=NAMES)
def test_those_without_a_value_come_last(dozen, order):
    page = read_page(User.objects.all(), order, size=100)
    values = [order.position(row)[0] for row in page.rows]

    assert sorted(values, key=lambda value: value is None) == values
    present = [value for value in values if value is not None]
    assert sorted(present, reverse=order.is_descending) == present


def test_before_a_row_near_the_beginning_stands_the_whole_first_page(dozen):
    order = by("created_at")
    rows = read_page(User.objects.all(), order, size=100).rows

    page = read_page(User.objects.all(), order, size=5, before=order.position(rows[2]))

    assert (page.rows, page.has_previous) == (rows[:5], False)


def test_cursors_lead_through_a_list_and_other_text_to_its_beginning(dozen):
    order, cursor, seen = Keyset(("id",)), "", []
    for number in range(3):
        page = read_cursor_page("users", User.objects.all(), order, size=5, cursor=cursor)
        assert page.has_previous == (number > 0)
        seen += page.rows
        cursor = page.next or ""

    assert page.next is None
    assert seen == list(User.objects.order_by("id"))
    other = read_cursor_page("others", User.objects.all(), order, size=5, cursor="").next
    for text in ("", "x", other):
        first = read_cursor_page("users", User.objects.all(), order, size=5, cursor=text)
        assert (first.rows, first.has_previous) == (seen[:5], False)


def test_beyond_the_last_row_there_is_nobody(dozen):
    last = read_page(User.objects.all(), by("last_login"), size=100).end

    page = read_page(User.objects.all(), by("last_login"), size=5, after=last)

    assert (page.rows, page.has_previous, page.has_next) == ([], True, False)


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
        order = by(SORT_COLUMNS[name], is_descending=True)
        deep = User.objects.order_by(*order.ordering)[1500]
        for end in ("after", "before"):
            check_deep_page(name, order, {end: order.position(deep)})


def check_deep_page(name, order, end):
    sent = []
    with database.execute_wrapper(lambda send, *sent_now: sent.append(sent_now[:2]) or send(*sent_now)):
        page = read_page(User.objects.all(), order, size=50, **end)

    assert len(page.rows) == 50
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
