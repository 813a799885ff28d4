"""Words a password must not be, and values it must not hold."""

from __future__ import annotations

import pytest

from users.passwords.forbidden import contains_any, is_listed


@pytest.mark.parametrize(
    ("password", "listed"),
    [
        ("acme", True),
        ("ACME", True),
        ("Straße", True),
        ("acme1", False),
        ("my acme", False),
        ("", False),
    ],
)
def test_a_listed_word_is_one_whatever_its_case(password, listed):
    assert is_listed(password, ["Acme", "STRASSE"]) == listed


def test_an_empty_list_forbids_nothing():
    assert not is_listed("password", [])


@pytest.mark.parametrize(
    ("password", "value"),
    [
        ("jane", "Jane"),
        ("12JANE34", "jane"),
        ("xxjane doexx", "Jane Doe"),
        ("xxélodie", "E\N{COMBINING ACUTE ACCENT}LODIE"),
        ("j.doe-99", " J.Doe "),
    ],
)
def test_a_value_is_found_anywhere_in_it(password, value):
    assert contains_any(password, [None, "somebody else", value])


@pytest.mark.parametrize(
    "value", ["", "  ", "ja", "j", None, 7, True, ["jane"], {"first": "jane"}, "janet", "jane doe"]
)
def test_what_is_short_or_no_text_or_not_whole_is_not(value):
    assert not contains_any("jane-7-true", [value])
