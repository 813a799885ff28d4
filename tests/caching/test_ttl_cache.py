"""Answers that a process remembers for some seconds."""

from __future__ import annotations

import pytest

from users.caching import ttl_cache
from users.caching.ttl_cache import TTLCache


@pytest.fixture
def clock(monkeypatch):
    """Lets time pass: `clock.now += 5` seconds."""

    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(ttl_cache, "time", clock)
    return clock


@pytest.fixture
def asked():
    return []


@pytest.fixture
def answers(asked):
    return TTLCache(lambda key: asked.append(key) or key * 10, seconds=5, limit=3)


def test_an_answer_is_asked_for_once_until_it_is_too_old(clock, answers, asked):
    assert [answers.get(1), answers.get(2), answers.get(1)] == [10, 20, 10]
    clock.now += 4.9
    answers.get(1)
    assert asked == [1, 2]

    clock.now += 0.1
    assert answers.get(1) == 10
    assert asked == [1, 2, 1]


def test_a_caller_may_want_a_newer_answer(clock, answers, asked):
    answers.get(1)
    clock.now += 1
    answers.get(1, max_age=2)
    assert asked == [1]

    answers.get(1, max_age=1)
    assert asked == [1, 1]


def test_after_clearing_it_is_asked_again(answers, asked):
    answers.get(1)
    answers.clear()
    answers.get(1)

    assert asked == [1, 1]


def test_memory_is_bounded(answers, asked):
    for key in (1, 2, 3, 1, 4, 1):
        answers.get(key)

    assert asked == [1, 2, 3, 4, 1]


def test_an_error_is_not_remembered():
    results = iter([ValueError("away"), 7])

    def ask(_):
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return result

    answers = TTLCache(ask, seconds=60)
    with pytest.raises(ValueError, match="away"):
        answers.get("x")
    assert answers.get("x") == 7
