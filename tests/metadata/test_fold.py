"""Comparing without regard to case, the same whatever the database."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given

from tests.metadata.values import text
from users.metadata.fold import fold


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("JANE", "jane", id="plain letters"),
        pytest.param("É", "é", id="an accent"),
        pytest.param("É", "e\N{COMBINING ACUTE ACCENT}", id="an accent in two code points"),
        pytest.param("STRASSE", "straße", id="sharp s"),
        pytest.param("ẞ", "ß", id="capital sharp s"),
        pytest.param("ΟΔΟΣ", "οδος", id="sigma within and sigma at the end"),
        pytest.param("οδός", "ΟΔΌΣ", id="sigma at the end and an accent"),
        pytest.param("ЖЕНЯ", "женя", id="Cyrillic"),
        pytest.param("Å", "\N{ANGSTROM SIGN}", id="a letter and its look-alike sign"),
        pytest.param("가", "\u1100\u1161", id="a syllable and its parts"),
    ],
)
def test_these_are_one(left, right):
    assert fold(left) == fold(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("e", "é", id="an accent is no matter of case"),
        pytest.param("jane", " jane", id="a space counts"),
        pytest.param("I", "ı", id="dotless i is another letter"),
        pytest.param("o", "ο", id="a Greek letter that looks Latin"),
    ],
)
def test_these_are_two(left, right):
    assert fold(left) != fold(right)


@given(text)
def test_folding_twice_is_folding_once(value):
    assert fold(fold(value)) == fold(value)


@given(text)
def test_how_accents_are_encoded_does_not_matter(value):
    assert fold(unicodedata.normalize("NFC", value)) == fold(unicodedata.normalize("NFD", value))


def test_folded_text_is_at_most_three_times_as_long():
    longest = max(len(fold(chr(code))) for code in range(0x110000) if not 0xD800 <= code < 0xE000)

    assert longest == 3
