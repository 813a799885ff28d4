"""GET /stats/..."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from tests.api.answers import invalid_query, problem, shown
from tests.conftest import PASSWORD
from tests.rewritten import rewrite
from tests.web.pages import open_page
from users.models import Change, DailyCount

ACTIVE, DAILY = "/api/v2/stats/active-users", "/api/v2/stats/daily"
PATTERN = "^2[0-9]{3}((0[1-9])|(1[0-2]))((0[1-9])|([12][0-9])|(3[01]))$"


@pytest.fixture
def statistician(api):
    return api("read:stats")


def a_day(at, logins=1):
    noon = datetime(at.year, at.month, at.day, 12, tzinfo=UTC)
    return DailyCount.objects.create(date=at, logins=logins, first_login=noon, latest_login=noon)


def test_active_is_who_signed_in_during_the_last_30_days(statistician, make_user, put):
    now = timezone.now()
    for age in (0, 29, 31):
        put(make_user(), last_login=now - timedelta(days=age))
    make_user()

    assert statistician.get(ACTIVE).content == b"2"


def test_nobody_is_a_bare_zero(statistician):
    assert statistician.get(ACTIVE).content == b"0"


def test_a_day_has_auth0s_shape(statistician, jane):
    moment = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
    rewrite(Change.objects.all(), at=moment, face="api")
    a_day(date(2026, 3, 4), logins=7)

    assert shown(statistician.get(f"{DAILY}?from=20260304&to=20260304")) == [
        {
            "date": "2026-03-04T00:00:00.000Z",
            "logins": 7,
            "signups": 1,
            "leaked_passwords": 0,
            "created_at": "2026-03-04T09:30:00.000Z",
            "updated_at": "2026-03-04T12:00:00.000Z",
        }
    ]


def test_a_real_sign_in_counts_today(statistician, jane):
    open_page(Browser(), "/login/").press("Sign in", login=jane.email, password=PASSWORD)

    [today] = shown(statistician.get(DAILY))

    assert today["date"][:10] == str(timezone.now().astimezone(UTC).date())
    assert today["logins"] == 1


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("?from=20260303&to=20260305", ["2026-03-03", "2026-03-05"]),
        ("?from=20260304&to=20260304", []),
        ("?from=20260305&to=20260401", ["2026-03-05", "2026-04-01"]),
        # The 3rd of March is 30 days before.
        ("?to=20260402", ["2026-03-03", "2026-03-05", "2026-04-01"]),
    ],
)
def test_days_are_told_from_the_first_to_the_last(statistician, query, days):
    for at in (date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 5), date(2026, 4, 1)):
        a_day(at)

    assert [day["date"][:10] for day in shown(statistician.get(DAILY + query))] == days


def test_without_a_range_the_last_30_days_are_told(statistician):
    today = timezone.now().astimezone(UTC).date()
    for age in (0, 30, 31):
        a_day(today - timedelta(days=age))

    assert len(shown(statistician.get(DAILY))) == 2


def test_the_first_day_is_not_after_the_last(statistician):
    answer = statistician.get(f"{DAILY}?from=20260305&to=20260304")

    text = "'from' date cannot be greater than 'to' date."
    assert problem(answer) == (400, text, "invalid_query_string")


@pytest.mark.parametrize("text", ["2026-03-04", "20261301", "20260332", "19990101", "yesterday", ""])
@pytest.mark.parametrize("name", ["from", "to"])
def test_what_is_no_date_is_refused(statistician, name, text):
    status, message, code = problem(statistician.get(f"{DAILY}?{name}={text}"))

    assert (status, code) == (400, "invalid_query_string")
    assert message.startswith(f"Query validation error: 'String does not match pattern {PATTERN}: {text}'")


def test_nor_is_a_day_that_no_calendar_has(statistician):
    answer = statistician.get(f"{DAILY}?from=20260230")

    assert problem(answer) == invalid_query("'There is no such day: 20260230' on property from.")


def test_other_parameters_are_refused(statistician):
    answer = statistician.get(f"{DAILY}?page=1")

    assert problem(answer) == invalid_query("'Additional properties not allowed: page'.")
