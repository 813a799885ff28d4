"""Language tags in the case that RFC 5646 recommends."""

from __future__ import annotations

import pytest

from users.representation.locales import format_language_tag, is_language_tag


@pytest.mark.parametrize(
    "tag",
    ["de", "de-AT", "es-419", "zh-Hant-TW", "zh-cmn-Hans-CN", "sl-rozaj-biske-1994", "de-CH-1901", "de-1abc"],
)
@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.swapcase])
def test_a_tag_has_one_form_however_it_is_spelled(tag, spelling):
    assert is_language_tag(spelling(tag))
    assert format_language_tag(spelling(tag)) == tag


@pytest.mark.parametrize("tag", ["de-u-co-phonebk", "en-a-ab-abcd", "de-DE-x-ab-abcd"])
def test_after_a_single_letter_all_is_in_lower_case(tag):
    assert format_language_tag(tag.upper()) == tag
