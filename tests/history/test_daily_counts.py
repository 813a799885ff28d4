"""What happened on each day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection as database

from tests.rewritten import rewrite
from tests.search.conftest import Plan
from users.actions.account.delete_user import delete_user
from users.history.daily_counts import activity_by_day
from users.models import Change, DailyCount
from users.rights.actor import command_actor

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def at(day, hour=12, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def created(make_user):
    """An account made at that moment, through that face."""

    def make(moment, face="api"):
        user = make_user()
        rewrite(Change.objects.filter(subject=user.user_id), at=moment, face=face)
        return user

    return make


def test_days_on_which_nothing_happened_are_left_out(created):
    created(at(4))
    DailyCount.objects.create(date=date(2026, 3, 9), logins=3, first_login=at(9, 8), latest_login=at(9, 20))

    found = activity_by_day(*MARCH)

    assert [(day.date.day, day.logins, day.signups) for day in found] == [(4, 0, 1), (9, 3, 0)]


def test_first_and_latest_are_of_sign_ins_and_new_accounts_alike(created):
    created(at(4, 7))
    created(at(4, 11))
    DailyCount.objects.create(date=date(2026, 3, 4), logins=1, first_login=at(4, 9), latest_login=at(4, 22))

    [day] = activity_by_day(*MARCH)

    assert (day.logins, day.signups) == (1, 2)
    assert (day.first, day.latest) == (at(4, 7), at(4, 22))


def test_both_ends_count_and_a_day_begins_at_midnight_utc(created):
    for moment in (at(3, 23, 59), at(4, 0), at(5, 23, 59), at(6, 0)):
        created(moment)

    assert [day.date.day for day in activity_by_day(date(2026, 3, 4), date(2026, 3, 5))] == [4, 5]


@pytest.mark.parametrize(
    ("face", "counts"),
    [("api", 1), ("dashboard", 1), ("sign_in", 1), ("import", 0), ("command", 0)],
)
def test_accounts_that_come_in_bulk_are_no_sign_ups(created, face, counts):
    created(at(4), face)

    assert sum(day.signups for day in activity_by_day(*MARCH)) == counts


def test_who_has_left_since_did_sign_up(created):
    delete_user(created(at(4)), actor=command_actor("tests"))

    assert [day.signups for day in activity_by_day(*MARCH)] == [1]


def test_it_costs_two_queries(created, django_assert_num_queries):
    for day in range(1, 29):
        created(at(day))

    with django_assert_num_queries(2):
        activity_by_day(*MARCH)


def test_new_accounts_are_counted_from_an_index_of_theirs(jane, monkeypatch):
    Change.objects.bulk_create(
        Change(subject=f"auth0|{number}", at=at(1 + number % 28), what=what, actor_id="x", face="api")
        for number in range(4000)
        for what in ("profile", "user_metadata")
    )
    with database.cursor() as cursor:
        cursor.execute("ANALYZE users_change")
    created = Change.objects.filter(what=Change.What.CREATED, at__gte=at(1), at__lt=at(2))

    plan = Plan(created.exclude(face__in=("import", "command")).order_by().values("at"))

    assert plan.indexes == {"change_created"}, plan.text
