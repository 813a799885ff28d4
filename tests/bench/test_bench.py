"""`make bench`, with few people and in a hurry: the figures mean nothing, but there they are."""

from __future__ import annotations

import sys

import pytest

from tests.bench.operations import OPERATIONS
from tests.bench.report import Goal
from tests.bench.run import run_bench

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
VARIANTS = ["api", "plain view", "raw SQL"]


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """What a run prints, and what it writes."""
    return run_bench("--users 50 --seconds 0.1 --rounds 1", tmp_path_factory.mktemp("bench"))


@pytest.mark.deep
def test_each_operation_is_measured_in_each_variant(bench):
    _, written = bench

    measured = [(row["operation"], row["variant"]) for row in written["figures"]]
    assert measured == [(operation.name, variant) for operation in OPERATIONS for variant in VARIANTS]
    for row in written["figures"]:
        assert min(row["per_second"], row["cpu"]) > 0
        assert 0 < row["p50"] <= row["p95"] <= row["p99"]


@pytest.mark.deep
def test_it_says_on_what_it_ran_and_judges_the_goals(bench):
    printed, written = bench

    assert printed.startswith(f"{written['database']}, 50 people, 8 connections")
    assert {goal["what"].partition(":")[0] for goal in written["goals"]} == {"get", "patch"}
    assert all(f"\n{goal['what']} " in printed for goal in written["goals"])


@pytest.mark.parametrize(("ratio", "is_met"), [(1.99, True), (2, True), (2.01, False)])
def test_a_goal_is_a_most(ratio, is_met):
    assert Goal("get", ratio, 2).is_met is is_met
