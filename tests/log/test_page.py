"""`docs/log.md` lists what there is."""

from __future__ import annotations

import re
from pathlib import Path

from users.log.change_entries import RARE
from users.log.searchable_fields import OF_EVENTS
from users.log.types import BAD, WORDS

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = (CHECKOUT / "docs/log.md").read_text()


def test_the_table_has_every_type_in_the_words_of_the_dashboard():
    assert dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", PAGE, re.MULTILINE)) == WORDS


def test_the_fields_are_those_that_can_be_searched():
    listed = PAGE.partition("## Searching")[2].partition("## ")[0]

    assert set(re.findall(r"`(\w+)`", listed)) - {"q", "search", "sort", "SEARCH_TIMEOUT"} == OF_EVENTS.keys()


def test_what_is_told_by_changes_and_what_is_bad_has_words():
    assert RARE.keys() | BAD <= WORDS.keys()
