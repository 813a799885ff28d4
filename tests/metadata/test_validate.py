"""All rules over a whole document: object, depth, names, values, size."""

from __future__ import annotations

import copy
import time
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metadata import values
from users.metadata.errors import MetadataError, TooLarge
from users.metadata.limits import DEFAULT, Limits, depth
from users.metadata.text import size
from users.metadata.validate import validate


def nested(levels):
    """A document of that many levels, the document itself counting as one."""
    value = {"end": 1}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


@given(values.documents)
def test_a_good_document_is_returned_unchanged(document):
    before = copy.deepcopy(document)

    assert validate("user_metadata", document, DEFAULT) is document
    assert document == before


@pytest.mark.parametrize(
    ("value", "found"),
    [([], "array"), ("{}", "string"), (1, "integer"), (1.0, "number"), (True, "boolean"), (None, "null")],
)
def test_the_document_must_be_an_object(value, found):
    with pytest.raises(MetadataError, match=f"must be an object, not {found}") as caught:
        validate("user_metadata", value, DEFAULT)

    assert caught.value.path == ()


@pytest.mark.parametrize(
    ("value", "path", "reason"),
    [
        pytest.param({"a": [float("nan")]}, ("a", 0), "NaN and Infinity", id="NaN"),
        pytest.param({"a": {"b": float("-inf")}}, ("a", "b"), "NaN and Infinity", id="Infinity"),
        pytest.param({"a": "b\0"}, ("a",), "NUL", id="NUL in a value"),
        pytest.param({"a": {"\0": 1}}, ("a", "\0"), "NUL", id="NUL in a name"),
        pytest.param({"a": "\ud800"}, ("a",), "surrogate", id="half a pair in a value"),
        pytest.param({"\udfff": 1}, ("\udfff",), "surrogate", id="half a pair in a name"),
        pytest.param({"a": 10**1000}, ("a",), "1000 digits", id="an integer of 1,001 digits"),
        pytest.param({"a": -(10**1000)}, ("a",), "1000 digits", id="a negative one"),
        pytest.param({"a": 10**5000}, ("a",), "1000 digits", id="an integer Python will not spell"),
        pytest.param({"a": Decimal(1)}, ("a",), "Decimal is not a JSON type", id="a Decimal"),
        pytest.param({"a": [date(2026, 1, 1)]}, ("a", 0), "date is not a JSON type", id="a date"),
        pytest.param({"a": (1, 2)}, ("a",), "tuple is not a JSON type", id="a tuple"),
        pytest.param({"a": b"x"}, ("a",), "bytes is not a JSON type", id="bytes"),
        pytest.param({"a": {1: "x"}}, ("a", 1), "name", id="a name that is no text"),
    ],
)
def test_a_value_that_would_not_come_back_is_refused_with_its_path(value, path, reason):
    with pytest.raises(MetadataError, match=reason) as caught:
        validate("user_metadata", value, DEFAULT)

    assert caught.value.path == path


@pytest.mark.parametrize("value", [(1, 2), {1, 2}, b"{}"])
def test_what_is_no_json_at_all_is_refused_like_the_rest(value):
    with pytest.raises(MetadataError, match="must be an object"):
        validate("user_metadata", value, DEFAULT)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"a": 10**1000 - 1}, id="an integer of 1,000 digits"),
        pytest.param({"a": -(10**1000 - 1)}, id="a negative one"),
        pytest.param({"a": 5e-324, "b": 1.7976931348623157e308}, id="the ends of the floats"),
        pytest.param({"a": "\uffff\U0010ffff"}, id="the ends of unicode"),
    ],
)
def test_values_at_the_limits_are_fine(value):
    assert validate("app_metadata", value, DEFAULT) is value


def test_thirty_two_levels_are_fine_and_one_more_is_not():
    validate("user_metadata", nested(32), DEFAULT)

    with pytest.raises(MetadataError, match="nested deeper than 32 levels"):
        validate("user_metadata", nested(33), DEFAULT)


def test_hostile_nesting_is_refused_before_the_stack_is_full():
    with pytest.raises(MetadataError, match="nested deeper"):
        validate("user_metadata", nested(100_000), DEFAULT)


@pytest.mark.parametrize(
    ("value", "levels"),
    [
        pytest.param(1, 0, id="a scalar"),
        pytest.param({}, 1, id="an empty object"),
        pytest.param({"a": 1, "b": "x"}, 1, id="scalars within"),
        pytest.param({"a": []}, 2, id="an empty list within"),
        pytest.param({"a": [{"b": 1}], "c": 2}, 3, id="the deepest branch counts"),
    ],
)
def test_depth_counts_levels(value, levels):
    assert depth(value, give_up_at=10) == levels


def test_depth_stops_counting_where_it_is_told_to():
    assert depth(nested(100), give_up_at=33) == 33


def test_the_limit_of_size_is_exact():
    document = {"a": "é" * 10}

    validate("user_metadata", document, Limits(max_bytes=size(document)))
    with pytest.raises(TooLarge, match="28 bytes, 27 are allowed"):
        validate("user_metadata", document, Limits(max_bytes=size(document) - 1))


@given(st.integers(1, 40))
def test_depth_is_what_nested_says(levels):
    assert depth(nested(levels), give_up_at=50) == levels


def test_a_document_that_is_too_large_is_refused_for_that_before_its_names_are_read():
    with pytest.raises(TooLarge):
        validate("user_metadata", {"a.b": 1, "text": "x" * 2000}, Limits(max_bytes=1000))


def test_to_refuse_a_document_costs_at_most_what_to_accept_one_of_the_limits_size_costs():
    limits = Limits(max_bytes=200_000)
    good = {f"k{number}": number for number in range(13_000)}
    bad = {f"k{number}": number for number in range(26_000)}
    assert size(good) < limits.max_bytes < size(bad)

    def spent(document):
        start = time.process_time()
        with suppress(TooLarge):
            validate("user_metadata", document, limits)
        return time.process_time() - start

    assert min(spent(bad) for _ in range(5)) < 2 * min(spent(good) for _ in range(5))
