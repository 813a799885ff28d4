"""User names in their connection."""

from __future__ import annotations

import pytest

from users.representation.usernames import check_username
from users.representation.validation import FieldError

NARROW = {"validation": {"username": {"min": 3, "max": 5}}}


@pytest.mark.parametrize(
    ("username", "options"),
    [
        ("a", {}),
        ("a" * 15, {}),
        ("jane@home", {}),
        ("@jane", {}),
        ("jan", NARROW),
        ("janet", NARROW),
        ("a" * 128, {"validation": {"username": {"min": 1, "max": 128}}}),
    ],
)
def test_it_may_be(username, options):
    check_username(username, options)


@pytest.mark.parametrize(
    ("username", "options", "rule"),
    [
        ("a" * 16, {}, "String is too long (16 chars), maximum 15"),
        ("a" * 16, {"validation": {}}, "String is too long (16 chars), maximum 15"),
        ("ja", NARROW, "String is too short (2 chars), minimum 3"),
        ("janets", NARROW, "String is too long (6 chars), maximum 5"),
        ("jane@home.de", {}, "Object didn't pass validation for format username: jane@home.de"),
    ],
)
def test_it_may_not_be(username, options, rule):
    with pytest.raises(FieldError) as caught:
        check_username(username, options)

    assert caught.value.rule == rule
    assert str(caught.value).endswith(
        "on property username (The user's username, where the connection has usernames)."
    )
