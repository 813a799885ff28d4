"""Strict equality: 1, 1.0 and true are three different values."""

from __future__ import annotations

import copy
from itertools import permutations

import pytest
from hypothesis import given

from tests.metadata import values
from users.metadata.equal import is_strictly_equal
from users.metadata.text import dump, parse

THREE = [1, 1.0, True]


@given(values.values)
def test_a_value_is_the_same_as_its_copy(value):
    assert is_strictly_equal(value, copy.deepcopy(value))


@given(values.values, values.values)
def test_sameness_has_no_direction(left, right):
    assert is_strictly_equal(left, right) == is_strictly_equal(right, left)


@given(values.documents)
def test_the_order_of_keys_does_not_matter(document):
    assert is_strictly_equal(document, dict(reversed(document.items())))


@given(values.look_alikes, values.look_alikes)
def test_the_same_values_have_the_same_text_and_no_others(left, right):
    assert is_strictly_equal(left, right) == (dump(left) == dump(right))


@pytest.mark.parametrize(("left", "right"), list(permutations(THREE, 2)))
@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda value: value, id="bare"),
        pytest.param(lambda value: [value], id="in a list"),
        pytest.param(lambda value: {"a": {"b": [value]}}, id="deep inside"),
    ],
)
def test_a_whole_number_a_float_and_true_differ(left, right, wrap):
    assert not is_strictly_equal(wrap(left), wrap(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(0, False, id="zero and false"),
        pytest.param(None, False, id="null and false"),
        pytest.param("1", 1, id="text and number"),
        pytest.param([], {}, id="empty list and object"),
        pytest.param({}, None, id="empty object and null"),
        pytest.param([1, 2], [2, 1], id="the order of a list"),
        pytest.param([1], [1, 1], id="the length of a list"),
        pytest.param({"a": 1}, {"a": 1, "b": None}, id="a key more"),
        pytest.param("é", "e\N{COMBINING ACUTE ACCENT}", id="two spellings of an accent"),
        pytest.param(2**53, 2.0**53, id="a large integer and its float"),
    ],
)
def test_these_differ(left, right):
    assert not is_strictly_equal(left, right)


def test_numbers_written_differently_are_the_same():
    assert is_strictly_equal(parse("[1e2, 1.50]"), parse("[100.0, 1.5]"))
