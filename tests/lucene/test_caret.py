"""Where the caret stands in a query under way; `|` stands for it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.suites import DEPTH
from users.lucene.caret import CaretContext, Kind, locate_caret

T, N, V, TO, NO = Kind.TERM, Kind.NAME, Kind.VALUE, Kind.TO, Kind.NOTHING
# What is typed: kind, what is typed so far, what is replaced, the field, whether an operator may come.
PLACES = {
    "|": (T, "", "", "", False),
    "pl|": (T, "pl", "pl", "", False),
    "pl|an:full": (T, "pl", "plan:", "", False),
    "-pl|": (T, "pl", "pl", "", False),
    "plan:|": (V, "", "", "plan", False),
    "plan:fu|": (V, "fu", "fu", "plan", False),
    "plan:fu|ll x": (V, "fu", "full", "plan", False),
    "plan: fu|": (V, "fu", "fu", "plan", False),
    'plan:"fu|': (V, "fu", '"fu', "plan", False),
    'plan:"f|ull" x': (V, "f", '"full"', "plan", False),
    'plan:"a \\" b|': (V, 'a " b', '"a \\" b', "plan", False),
    'plan:"full"|': (T, "", "", "", True),
    "plan:full |": (T, "", "", "", True),
    "plan:full A|": (T, "A", "A", "", True),
    "plan:full AND |": (T, "", "", "", False),
    "plan:full AND ag|": (T, "ag", "ag", "", False),
    "plan:(full OR fr|": (V, "fr", "fr", "plan", False),
    "plan:(full |": (V, "", "", "plan", True),
    "plan:(full) |": (T, "", "", "", True),
    "(plan:full|": (V, "full", "full", "plan", False),
    "(a OR b) x|": (T, "x", "x", "", True),
    "_exists_:us|": (N, "us", "us", "", False),
    "favourite\\ co|": (T, "favourite co", "favourite\\ co", "", False),
    "a\\:b:c|": (V, "c", "c", "a:b", False),
    "at:2026-01-01T10:0|": (V, "2026-01-01T10:0", "2026-01-01T10:0", "at", False),
    "age:[|": (NO, "", "", "", False),
    "age:[3|": (NO, "", "", "", False),
    "age:[3 |": (TO, "", "", "", False),
    "age:[3 T|": (TO, "T", "T", "", False),
    "age:[3 TO |": (NO, "", "", "", False),
    "age:[3 TO 5] |": (T, "", "", "", True),
    ":|": (T, ":", ":", "", False),
    "a\\|": (T, "a", "a\\", "", False),
}


@pytest.mark.parametrize("written", PLACES)
def test_it_knows_what_is_being_written(written):
    before, _, after = written.partition("|")
    kind, typed, replaced, name, follows = PLACES[written]

    found = locate_caret(before + after, len(before))

    assert (found.kind, found.typed, found.name) == (kind, typed, name)
    assert (before + after)[found.start : found.end] == replaced
    if kind in (T, V):
        assert found.follows_term == follows


@settings(max_examples=50 * DEPTH)
@given(st.text('ab:"\\()[]{}+- \nTO*', max_size=12), st.integers(-1, 14))
def test_whatever_is_typed_the_caret_is_in_what_is_replaced(text, caret):
    found = locate_caret(text, caret)

    assert isinstance(found, CaretContext)
    assert 0 <= found.start <= min(max(caret, 0), len(text)) <= found.end <= len(text)
