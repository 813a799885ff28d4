"""`make bench ARGS="pages"`, with few users and in a hurry, and what its figures say of the goals."""

from __future__ import annotations

import sys

import pytest

from tests.bench.pages import BEFORE, PAGES, as_text, goals
from tests.bench.rounds import Figures
from tests.bench.run import run_bench


@pytest.mark.deep
@pytest.mark.skipif(sys.platform != "linux", reason="as the other benchmarks")
def test_each_page_is_measured(tmp_path):
    printed, written = run_bench("pages --users 5 --seconds 0.05 --rounds 1", tmp_path)

    measured = [(row["operation"], row["variant"]) for row in written["figures"]]
    assert measured == [(page.name, "5") for page in PAGES]
    assert all(0 < row["p50"] <= row["p95"] and row["cpu"] > 0 for row in written["figures"])
    assert printed.startswith(written["database"])


def figures(page: str, variant: str, p50: float) -> Figures:
    return Figures(page, variant, per_second=1, cpu=p50, p50=p50, p95=p50, p99=p50)


@pytest.fixture
def found():
    times = {"1,000": 10.0, "1,000,000": 16.0, BEFORE: 8.0}
    return [
        figures(page.name, variant, p50)
        for page in PAGES
        for variant, p50 in times.items()
        if variant != BEFORE or page.most_times_before
    ]


def test_the_overview_is_compared_with_fewer_users_and_other_pages_with_the_earlier_version(found):
    reached = {goal.what: (goal.ratio, goal.most, goal.is_met) for goal in goals(found)}

    assert reached == {
        "overview: time with 1,000,000 users / with 1,000": (1.6, 1.5, False),
        "list of users: time / before": (1.25, 1.2, False),
        "user: time / before": (1.25, 1.2, False),
    }


def test_the_table_says_both_ratios(found):
    lines = [line.split() for line in as_text(found, goals(found)).splitlines()]

    assert ["user", "1,000", "10.0", "10.0", "10.0", "1.00", "1.25"] in lines
    assert ["user", "1,000,000", "16.0", "16.0", "16.0", "1.60"] in lines
    assert ["user", BEFORE, "8.0", "8.0", "8.0"] in lines
