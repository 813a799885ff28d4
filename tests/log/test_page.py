"""`docs/log.md` lists what there is."""

from __future__ import annotations

import re
from pathlib import Path

from users.log.change_entries import PART_OF_RARE_TYPE
from users.log.searchable_fields import EVENT_FIELDS
from users.log.types import DESCRIPTIONS, FAILURE_TYPES

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = (CHECKOUT / "docs/log.md").read_text()


def test_the_table_has_every_type_in_the_words_of_the_dashboard():
    assert dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", PAGE, re.MULTILINE)) == DESCRIPTIONS


def test_the_fields_are_those_that_can_be_searched():
    listed = PAGE.partition("## Searching")[2].partition("## ")[0]

    assert (
        set(re.findall(r"`(\w+)`", listed)) - {"q", "search", "sort", "SEARCH_TIMEOUT"} == EVENT_FIELDS.keys()
    )


def test_what_is_told_by_changes_and_what_is_bad_has_words():
    assert PART_OF_RARE_TYPE.keys() | FAILURE_TYPES <= DESCRIPTIONS.keys()
