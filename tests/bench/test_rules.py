"""`make bench ARGS="rules"`, in a hurry, and what its figures say of the goals."""

from __future__ import annotations

import json

import pytest

from tests.bench.rules import Figures, goals, main


@pytest.mark.deep
@pytest.mark.django_db
def test_scripts_are_measured_beside_the_bare_engine(tmp_path, capsys):
    file = tmp_path / "figures.json"

    assert main(["--seconds", "0.01", "--rounds", "1", "--json", str(file)]) == 0

    written = json.loads(file.read_text())
    assert len(written["figures"]) == 12
    assert all(row["p95"] >= row["p50"] > 0 for row in written["figures"])
    assert "one rule: milliseconds over the bare engine" in capsys.readouterr().out


def test_the_bare_engine_is_no_part_of_the_goals():
    found = [
        Figures("bare engine, one rule", p50=0.5, p95=0.6),
        Figures("run, one rule", p50=1.5, p95=2),
        Figures("bare engine, five rules", p50=2.5, p95=3),
        Figures("run, five rules", p50=6, p95=7),
        Figures("sign-in with a rule", p50=60, p95=70),
        Figures("sign-in with a rule, beside hostile scripts", p50=80, p95=105),
        Figures("refresh, rules taken out", p50=8, p95=9),
        Figures("refresh, no rules", p50=9, p95=10),
        Figures("refresh, bare engine, one rule", p50=10, p95=12),
        Figures("refresh, one rule", p50=11, p95=12),
        Figures("refresh, bare engine, five rules", p50=12, p95=13),
        Figures("refresh, five rules", p50=14, p95=15),
    ]

    assert [(goal.ratio, goal.is_met) for goal in goals(found)] == [
        (1, True),
        (3.5, False),
        (1, True),
        (2, True),
        (1.125, False),
        (1.5, True),
    ]
