"""Both tables as one list: its order, its ids, and the indexes it is read by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.search.conftest import Plan
from tests.suites import DEPTH
from users.log.position import LogPosition, parse_log_id
from users.log.read import whole_log
from users.lucene.parser import parse
from users.models import Change, LogEvent

places = st.builds(
    LogPosition,
    st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([0, 1]),
    st.integers(1, 2**63 - 1),
)


@settings(max_examples=30 * DEPTH)
@given(places, places)
def test_ids_name_places_and_sort_as_they_do(one, other):
    assert parse_log_id(one.log_id) == one
    assert (one.log_id < other.log_id) == (one < other)


def test_lines_of_one_moment_are_met_once_each_way(db, jane):
    at = timezone.now() - timedelta(hours=1)
    for number in range(12):
        if number % 3:
            LogEvent.objects.create(at=at, type="s", description="")
        else:
            Change.objects.create(at=at, subject="auth0|x", what="profile")
    log = whole_log().until(at + timedelta(seconds=1))
    everything = [LogPosition.of(line) for line in log.lines(100)]
    forth = [LogPosition.of(log.lines(1, newest_first=False)[0])]
    back = [everything[0]]
    for _ in range(11):
        forth += [LogPosition.of(line) for line in log.after(forth[-1]).lines(1, newest_first=False)]
        back += [LogPosition.of(line) for line in log.before(back[-1]).lines(1)]

    assert len(everything) == 12
    assert forth == everything[::-1]
    assert back == everything
    assert [LogPosition.of(line) for line in log.lines(5, start=4)] == everything[4:9]


QUESTIONS = (
    ("", "events", "log_event_latest"),
    ("type:fp", "events", "log_event_type"),
    ('user_id:"auth0|7"', "events", "log_event_user"),
    ("user_name:seven@example.com", "events", "log_event_user_name"),
    ("client_id:c7", "events", "log_event_client"),
    ("ip:192.0.2.7", "events", "log_event_ip"),
    ("client_id:c7", "changes", "change_actor_latest"),
    ('user_id:"auth0|7"', "changes", "change_subject_latest"),
)


def test_common_questions_are_read_from_an_index_in_order(many):
    for text, table, index in QUESTIONS:
        rows = getattr(whole_log().filter_by_query(parse(text)), table)
        for order in (("-at", "-pk"), ("at", "pk")):
            plan = Plan(rows.order_by(*order).values("pk")[:50])

            assert index in plan.indexes, (text, plan.text)
            assert not plan.sorts, (text, plan.text)


def test_rare_changes_are_found_by_an_index(many):
    if database.vendor != "postgresql":
        pytest.skip("SQLite makes nothing of a partial index here")

    plan = Plan(
        whole_log().filter_by_query(parse("type:scp")).changes.order_by("-at", "-pk").values("pk")[:50]
    )

    assert plan.indexes == {"change_rare"}, plan.text


@pytest.fixture
def many(db, settings):
    """Two thousand lines of each kind; and a database that sorts only where no index gives an order."""
    settings.LOG_DAYS = 0
    now = timezone.now()
    moments = [(number, now - timedelta(seconds=number)) for number in range(2000)]
    LogEvent.objects.bulk_create(
        LogEvent(
            at=at,
            type=f"t{number % 20}",
            description="",
            user_id=f"auth0|{number % 100}",
            user_name=f"{number % 100}@example.com",
            client_id=f"c{number % 100}",
            ip=f"192.0.2.{number % 100}",
        )
        for number, at in moments
    )
    Change.objects.bulk_create(
        Change(
            subject=f"auth0|{number % 100}",
            at=at,
            what="profile",
            actor_kind="client",
            actor_id=f"c{number % 100}",
        )
        for number, at in moments
    )
    with database.cursor() as cursor:
        cursor.execute("ANALYZE")
        if database.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_seqscan = off")
