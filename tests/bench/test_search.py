"""The bench of searches, among few people and in a hurry: each class, ours and by hand."""

from __future__ import annotations

import pytest

from tests.bench.run import run_bench
from tests.bench.search_classes import SEARCHES
from tests.bench.search_depth import LISTS


@pytest.mark.deep
def test_each_class_is_measured_at_each_size(tmp_path):
    text, figures = run_bench("search --users 100 300 --rounds 1", tmp_path)

    searches, pages = figures["searches"], figures["pages"]
    assert [(figure["people"], figure["search"]) for figure in searches] == [
        (people, search.name) for people in (100, 300) for search in SEARCHES
    ]
    assert all(min(figure["whole"], figure["ours"], figure["hand"]) > 0 for figure in searches)
    assert [(figure["people"], figure["list"]) for figure in pages] == [
        (people, name) for people in (100, 300) for name, *_ in LISTS
    ]
    assert all(min(figure["first"], figure["deep"]) > 0 for figure in pages)
    printed = [line.split()[0] for line in text.splitlines() if line.strip()]
    assert printed.count("100") == printed.count("300") == len(SEARCHES) + len(LISTS)
