"""Counting in windows of time, as calls to the API are."""

from __future__ import annotations

import pytest
from django.core.cache import caches

from users.throttling import fixed_window
from users.throttling.fixed_window import Usage, count


@pytest.fixture
def clock(monkeypatch):
    """Sets the time: `clock(1000.5)`."""

    def at(seconds):
        monkeypatch.setattr(fixed_window.time, "time", lambda: seconds)

    at(1000.2)
    return at


def test_each_name_counts_for_itself_until_the_window_ends(clock):
    assert [count("a", 2), count("a", 2), count("b", 2)] == [
        Usage(2, 1, 1001),
        Usage(2, 2, 1001),
        Usage(2, 1, 1001),
    ]
    clock(1000.9)
    over = count("a", 2)
    assert (over.is_over, over.remaining) == (True, 0)

    clock(1001.0)
    begun = count("a", 2)
    assert (begun, begun.is_over, begun.remaining) == (Usage(2, 1, 1002), False, 1)


def test_a_window_may_be_longer(clock):
    count("a", 5, seconds=60)
    clock(1019.9)

    assert count("a", 5, seconds=60) == Usage(5, 2, 1020)
    clock(1020)
    assert count("a", 5, seconds=60) == Usage(5, 1, 1080)


def test_a_count_that_the_cache_lost_begins_again(clock, monkeypatch):
    """As when Redis goes away between the two steps, and another cache stands in."""
    cache, real_add, lost = caches[fixed_window.CACHE], caches[fixed_window.CACHE].add, []

    def add(key, *args, **options):
        added = real_add(key, *args, **options)
        if not lost:
            lost.append(key)
            cache.delete(key)
        return added

    monkeypatch.setattr(cache, "add", add)

    assert count("a", 5).used == 1
    assert count("a", 5).used == 2
