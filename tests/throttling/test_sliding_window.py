"""Counting exactly in any period, as failed sign-ins are."""

from __future__ import annotations

import itertools
import threading
import time

import pytest
from django.core.cache import cache

from users.throttling import sliding_window
from users.throttling.sliding_window import Counter, Limit, clear

pytestmark = pytest.mark.django_db
THREE_A_MINUTE = Limit(3, 60)


@pytest.fixture
def clock(monkeypatch):
    """Sets the time, which goes on a millisecond with each look: `clock(60)`."""
    start, passed, ticks = time.time(), 0, itertools.count()

    def at(seconds):
        nonlocal passed
        passed = seconds

    monkeypatch.setattr(sliding_window.time, "time", lambda: start + passed + next(ticks) / 1000)
    return at


@pytest.fixture
def counter(clock):
    return Counter("user:1", THREE_A_MINUTE)


def test_the_limit_holds_in_any_period(counter, clock):
    for seconds in (0, 30, 40):
        clock(seconds)
        assert counter.count()
    clock(59)
    assert counter.count() is None
    assert counter.seconds_to_wait() == pytest.approx(1, abs=0.1)

    clock(60.5)
    assert counter.seconds_to_wait() == 0
    assert counter.count()
    assert counter.count() is None


def test_a_refused_event_is_not_counted(counter, clock):
    for _ in range(10):
        counter.count()

    clock(61)
    assert [counter.count() is not None for _ in range(4)] == [True, True, True, False]


def test_an_event_that_is_taken_back_makes_room_for_one(counter):
    first, *_ = [counter.count() for _ in range(3)]
    assert counter.count() is None

    first.take_back()

    assert counter.count()
    assert counter.count() is None


def test_counters_of_other_names_and_limits_are_apart(counter):
    for _ in range(3):
        counter.count()

    assert Counter("user:2", THREE_A_MINUTE).count()
    assert Counter("user:1", Limit(3, 120)).count()
    assert counter.seconds_to_wait() > 0


def test_cleared_counters_begin_again(counter):
    other = Counter("user:2", THREE_A_MINUTE)
    for one in (counter, other) * 3:
        one.count()

    clear([counter])

    assert counter.count()
    assert other.count() is None


@pytest.mark.parametrize("name", ["", "a b\n\0", "ü" * 1000, "\udc80"])
def test_any_text_is_a_name(name):
    assert Counter(name, THREE_A_MINUTE).count()


def test_while_the_lock_is_held_nothing_passes(counter, monkeypatch):
    monkeypatch.setattr(sliding_window, "LOCK_WAIT", 0)
    event = counter.count()
    cache.add(f"{counter.key}:lock", True, timeout=10)

    assert counter.count() is None
    event.take_back()
    cache.delete(f"{counter.key}:lock")
    assert [counter.count() is not None for _ in range(3)] == [True, True, False]


def test_of_many_at_once_as_many_pass_as_may(settings):
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "at once"}
    settings.CACHES = {**settings.CACHES, "default": memory}
    counter, passed = Counter("user:1", THREE_A_MINUTE), []

    def try_once():
        passed.append(counter.count())

    threads = [threading.Thread(target=try_once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([event for event in passed if event]) == 3
