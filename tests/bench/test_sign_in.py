"""`make bench ARGS="sign-in"`, with few users and in a hurry, and what its figures say of the goals."""

from __future__ import annotations

import sys

import pytest

from tests.bench.run import run_bench
from tests.bench.sign_in import OPERATIONS, PLAIN, Figures, as_text, goals


@pytest.mark.deep
@pytest.mark.skipif(sys.platform != "linux", reason="as the other benchmarks")
def test_each_way_of_signing_in_is_measured(tmp_path):
    printed, written = run_bench("sign-in --users 5 --seconds 0.05 --rounds 1", tmp_path)

    figures = {row["operation"]: row for row in written["figures"]}
    assert list(figures) == [name for name, _ in OPERATIONS]
    assert all(row["per_second"] > 0 and row["rest"] > 0 for row in figures.values())
    # Only a password is hashed, and only new tokens are signed: the token that `/userinfo` gets is verified
    # once, which takes a tenth of the time of a signature.
    assert {name for name, row in figures.items() if row["hashing"]} == {"password"}
    assert {name for name, row in figures.items() if row["signing"] > 0.2} == {
        *("code flow with session", "password", "refresh", "client credentials")
    }
    assert [goal["what"].partition(":")[0] for goal in written["goals"]] == ["refresh", "userinfo"]
    assert printed.startswith(written["database"])


def test_hashing_and_signing_are_no_part_of_the_goals():
    found = [
        Figures("refresh", per_second=100, cpu=8, hashing=1, signing=4),
        Figures(f"{PLAIN}refresh", per_second=500, cpu=2, hashing=0, signing=0),
    ]

    [goal] = goals(found)

    assert (goal.ratio, goal.most, goal.is_met) == (1.5, 2, True)
    assert "1.50" in as_text(found, [goal])
