"""Workers that are woken by a real Redis, and that do without."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import transaction

from tests.management.demo_server import free_port
from users.caching.redis_connection import RetryPause
from users.jobs import wakeup
from users.jobs.timing import Timing
from users.jobs.worker import Worker

# An idle worker that nobody wakes would keep a test waiting for longer than it may take.
LONG = 30


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch):
    """Nothing is known of a Redis that another test could not reach."""
    monkeypatch.setattr(wakeup, "_pause", RetryPause())


@pytest.fixture
def redis(redis_url, settings):
    settings.REDIS_URL = redis_url
    client = wakeup._redis_client(redis_url)
    client.flushdb()
    return client


def test_it_rings_once_the_job_is_committed_and_not_before(
    redis, kinds, ask, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        ask("steps")
        assert redis.llen(wakeup.REDIS_KEY) == 0
    assert redis.llen(wakeup.REDIS_KEY) == 1

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        ask("steps")
        transaction.set_rollback(True)
    assert redis.llen(wakeup.REDIS_KEY) == 1


def test_each_ring_wakes_one_and_those_that_nobody_hears_are_bounded(redis):
    for _ in range(wakeup.MAX_NOTIFICATIONS + 5):
        wakeup.notify_workers()

    assert redis.llen(wakeup.REDIS_KEY) == wakeup.MAX_NOTIFICATIONS
    assert 0 < redis.ttl(wakeup.REDIS_KEY) <= wakeup.KEY_TTL
    assert wakeup.wait_for_job(LONG)
    assert redis.llen(wakeup.REDIS_KEY) == wakeup.MAX_NOTIFICATIONS - 1
    redis.flushdb()
    assert not wakeup.wait_for_job(0.01)


def test_an_idle_worker_wakes_at_once_and_stops_when_told(redis, monkeypatch):
    looks = []
    worker = Worker(Timing(poll=0.5, max_idle=LONG, schedule_interval=LONG))
    monkeypatch.setattr(worker, "_enqueue_due_jobs", lambda: None)
    monkeypatch.setattr(worker, "work", lambda: looks.append(time.monotonic()))
    thread = threading.Thread(target=worker.run)
    thread.start()

    until(lambda: len(looks) == 1)
    rung = time.monotonic()
    wakeup.notify_workers()
    until(lambda: len(looks) == 2)
    worker.stop()
    thread.join(LONG)

    assert looks[1] - rung < LONG / 2
    assert not thread.is_alive()


def until(happened):
    ends = time.monotonic() + LONG
    while not happened():
        assert time.monotonic() < ends
        time.sleep(0.005)


def test_a_redis_that_is_away_costs_a_line_and_no_job(settings, kinds, ask, worker, caplog, monkeypatch):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    done = []
    kinds("noted", lambda run: done.append(run.job.pk))
    monkeypatch.setattr(wakeup.time, "sleep", lambda seconds: done.append(seconds))

    asked = ask("noted")
    for _ in range(3):
        wakeup.notify_workers()
    assert wakeup.wait_for_job(0.7)
    assert worker.work()

    assert done == [0.7, asked.pk]
    assert [record.getMessage()[:20] for record in caplog.records if record.name == wakeup.__name__] == [
        "Redis cannot be used"
    ]
    assert not wakeup.is_available()


def test_without_redis_an_idle_worker_looks_by_itself(settings, monkeypatch):
    settings.REDIS_URL = ""
    slept = []
    monkeypatch.setattr(wakeup.time, "sleep", slept.append)

    wakeup.notify_workers()
    Worker(Timing(poll=0.3))._rest()

    assert slept == [0.3]
