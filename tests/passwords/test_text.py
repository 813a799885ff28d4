"""Passwords as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from users.passwords.text import NO_CONTROLS, NO_TEXT, TOO_LONG, candidate_forms, find_faults, normalize


@pytest.mark.parametrize(
    ("typed", "normalized"),
    [
        ("Plum-Tart-77", "Plum-Tart-77"),
        ("e\u0301", "é"),
        ("a\u00a0b\u2003c\u3000d", "a b c d"),
        ("ﬁx Straße", "ﬁx Straße"),
        ("👩\u200d🚀", "👩\u200d🚀"),
    ],
)
def test_composed_with_spaces_of_ascii_and_nothing_else(typed, normalized):
    assert normalize(typed) == normalized


@given(st.text(max_size=80))
def test_normalizing_twice_is_normalizing_once(password):
    assert normalize(normalize(password)) == normalize(password)


def test_what_is_much_too_long_is_not_normalized():
    # It would take hours: the time grows with the square of the length.
    endless = "a" + "\u0301\u0323" * 1_000_000

    assert candidate_forms(endless) == (endless,)
    assert find_faults(normalize(endless)) == [TOO_LONG]


@pytest.mark.parametrize(
    ("password", "reasons"),
    [
        ("x" * 256, []),
        ("x" * 257, [TOO_LONG]),
        ("😀" * 256, []),
        ("a\tb", [NO_CONTROLS]),
        ("a\x85b", [NO_CONTROLS]),
        ("\0" * 257, [TOO_LONG, NO_CONTROLS]),
        ("\0" * 1025, [TOO_LONG]),
        ("a\ud800", [NO_TEXT]),
        (" ", []),
        ("\u200b\u0378", []),
    ],
)
def test_what_cannot_be_a_password(password, reasons):
    assert find_faults(password) == reasons


@pytest.mark.parametrize(
    ("typed", "tried"),
    [("plain", ("plain",)), ("e\u0301", ("é", "e\u0301")), ("é", ("é",)), ("\ud800", ())],
)
def test_a_hash_is_compared_with_the_normalized_password_and_then_as_typed(typed, tried):
    assert candidate_forms(typed) == tried
