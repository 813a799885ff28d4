"""Events that pass once in a while."""

from __future__ import annotations

import pytest

from users.throttling.debounce import SHARED, is_first_within


def test_the_first_of_its_names_passes_and_no_other():
    assert is_first_within(60, "calls", "jane")
    assert not is_first_within(60, "calls", "jane")
    assert is_first_within(60, "calls", "stranger")
    assert is_first_within(60, "jane", "calls")


def test_it_passes_again_once_the_time_is_up():
    assert is_first_within(0, "calls")
    assert is_first_within(60, "calls")


@pytest.mark.django_db
def test_the_shared_cache_knows_nothing_of_the_fast_one():
    assert is_first_within(60, "code", cache=SHARED)
    assert not is_first_within(60, "code", cache=SHARED)
    assert is_first_within(60, "code")


def test_any_text_is_a_name():
    assert is_first_within(60, "\udc80\0 ü" * 1000, None)
