"""The `fields` and `include_fields` parameters."""

from __future__ import annotations

import pytest

from users.representation.field_selection import select_fields


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"a": 1, "b": 2}),
        ({"include_fields": False}, {"a": 1, "b": 2}),
        ({"fields": "", "include_fields": False}, {"a": 1, "b": 2}),
        ({"fields": "a"}, {"a": 1}),
        ({"fields": "a", "include_fields": False}, {"b": 2}),
        ({"fields": "b, a"}, {"a": 1, "b": 2}),
        ({"fields": "c,,a"}, {"a": 1}),
        ({"fields": "c", "include_fields": True}, {}),
        ({"fields": "c", "include_fields": False}, {"a": 1, "b": 2}),
    ],
)
def test_fields_are_kept_or_left_out(query, expected):
    assert select_fields({"a": 1, "b": 2}, query) == expected
