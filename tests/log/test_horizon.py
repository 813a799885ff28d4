"""Walking through the log misses nothing, in whatever order transactions end."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from users.log.horizon import CLOCK_MARGIN, stable_until
from users.log.read import whole_log
from users.models import LogEvent

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
MINUTE = timedelta(minutes=1)


def write(name, ago=MINUTE):
    return LogEvent.objects.create(type=name, description="", at=timezone.now() - ago)


def walked():
    """What somebody is given who walks through the log now."""
    with stable_until() as end:
        return [event.type for event in whole_log().until(end).lines(100, newest_first=False)]


def test_what_is_a_moment_old_is_left_for_later():
    write("old")
    write("young", ago=CLOCK_MARGIN / 2)

    assert walked() == ["old"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="one writer at a time, which readers wait for")
def test_nothing_is_passed_by_that_a_transaction_under_way_may_still_add(monkeypatch):
    monkeypatch.setattr("users.log.horizon.CLOCK_MARGIN", timedelta())
    has_written, may_end = threading.Event(), threading.Event()

    def slowly():
        with transaction.atomic():
            write("slow", ago=timedelta())
            has_written.set()
            may_end.wait(30)
        connection.close()

    write("before")
    writer = threading.Thread(target=slowly)
    writer.start()
    has_written.wait(30)
    write("after", ago=timedelta())
    during = walked()
    may_end.set()
    writer.join(30)

    assert during == ["before"]
    assert walked() == ["before", "slow", "after"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has many writers")
def test_nobody_writes_while_a_walk_reads():
    with stable_until():
        assert connection.in_atomic_block
