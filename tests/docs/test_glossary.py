"""The glossary stays short and leads to files that exist."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (CHECKOUT / "docs/glossary.md").read_text().splitlines()
    if line.startswith("| ")
][1:]


def test_it_has_at_most_sixty_terms_in_order():
    terms = [term.lower() for term, *_ in ROWS]

    assert 40 <= len(terms) <= 60
    assert terms == sorted(terms)


def test_each_term_has_its_place_in_the_code():
    places = {term: re.findall(r"`([a-z_/]+(?:\.py)?)`", where) for term, _, where in ROWS}

    missing = [
        (term, name)
        for term, names in places.items()
        for name in names
        if not (CHECKOUT / "users" / name).exists()
    ]

    assert all(places.values())
    assert not missing
