"""Where two values differ, as deep as it helps a reader."""

from __future__ import annotations

import pytest

from users.metadata.leaves import diff_leaves, get_at_path
from users.metadata.three_way import ABSENT

CASES = {
    "equal": ({"a": [1]}, {"a": [1]}, []),
    "scalars": (1, 2, [((), 1, 2)]),
    "kinds of one number": (1, 1.0, [((), 1, 1.0)]),
    "nested": ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3, "c": 2}}, [(("a", "b"), 1, 3)]),
    "added and removed": (
        {"a": 1, "b": 2},
        {"b": 2, "c": None},
        [(("a",), 1, ABSENT), (("c",), ABSENT, None)],
    ),
    "nothing in common": ({"a": 1}, {"b": 1}, [((), {"a": 1}, {"b": 1})]),
    "lists of one length": ([{"n": 1}, 2], [{"n": 3}, 2], [((0, "n"), 1, 3)]),
    "lists of two lengths": ([1], [1, 2], [((), [1], [1, 2])]),
    "of different types": ({"a": [1]}, {"a": {"0": 1}}, [(("a",), [1], {"0": 1})]),
    "from nothing": (ABSENT, {"a": 1}, [((), ABSENT, {"a": 1})]),
}


@pytest.mark.parametrize("case", CASES)
def test_it_looks_into_what_is_alike(case):
    before, after, expected = CASES[case]

    assert [(leaf.path, leaf.before, leaf.after) for leaf in diff_leaves(before, after)] == expected


def test_a_path_leads_inside():
    value = {"a": [{"b": None}], "1": "x"}

    assert get_at_path(value, ("a", "0", "b")) is None
    assert get_at_path(value, ("1",)) == "x"
    assert get_at_path(value, ()) == value
    for nowhere in (("b",), ("a", "1"), ("a", "x"), ("a", "²"), ("1", "0")):
        assert get_at_path(value, nowhere) is ABSENT
