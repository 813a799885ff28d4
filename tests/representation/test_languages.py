"""Which language is chosen of those that are wanted."""

from __future__ import annotations

from users.representation.languages import find_language


def test_only_languages_with_a_catalogue_are_found():
    assert find_language("tlh de-CH en") == "de"
    assert find_language("de_AT") == "de"
    assert find_language("tlh") is None
    assert find_language("tlh " * 1_000 + "de") is None  # a million would take seconds
    assert find_language("") is None
