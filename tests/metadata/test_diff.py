"""What changed, key by key at the first level."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metadata.values import small_documents
from users.metadata.diff import diff
from users.metadata.equal import is_strictly_equal

sides = st.none() | small_documents


def walk(state, changes, side):
    """The state with each changed key as that side has it."""
    state = {key: value for key, value in (state or {}).items() if key not in changes}
    return state | {key: both[side] for key, both in changes.items() if side in both}


@given(sides, sides)
def test_a_diff_leads_from_before_to_after_and_back(before, after):
    changes = diff(before, after)

    assert is_strictly_equal(walk(before, changes, "after"), after or {})
    assert is_strictly_equal(walk(after, changes, "before"), before or {})


@given(sides)
def test_nothing_differs_from_itself(document):
    assert diff(document, document) == {}


@given(sides, sides)
def test_keys_that_stayed_are_not_in_the_diff(before, after):
    for both in diff(before, after).values():
        assert both
        assert (
            "before" not in both
            or "after" not in both
            or not is_strictly_equal(both["before"], both["after"])
        )


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        pytest.param({}, {"a": 1}, {"a": {"after": 1}}, id="a new key has no before"),
        pytest.param({"a": 1}, {}, {"a": {"before": 1}}, id="a removed key has no after"),
        pytest.param({"a": 1}, {"a": None}, {"a": {"before": 1, "after": None}}, id="null is a value"),
        pytest.param({"a": 1}, {"a": True}, {"a": {"before": 1, "after": True}}, id="strictly"),
        pytest.param({"a": {"x": 1, "y": 2}}, {"a": {"y": 2, "x": 1}}, {}, id="key order is no change"),
        pytest.param(None, {}, {}, id="never set and empty show no key"),
        pytest.param(
            {"a": {"x": 1, "y": 2}},
            {"a": {"x": 1}},
            {"a": {"before": {"x": 1, "y": 2}, "after": {"x": 1}}},
            id="nested whole",
        ),
    ],
)
def test_diff(before, after, changes):
    assert is_strictly_equal(diff(before, after), changes)
