"""Charts as coordinates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from users.admin.overview.charts import draw_chart, draw_spark, tick_step


@pytest.mark.parametrize(
    ("highest", "step"),
    [(0, 1), (1, 1), (4, 1), (5, 2), (9, 5), (21, 10), (610, 200), (3600, 1000), (81, 50)],
)
def test_ticks_are_round_numbers_that_reach_the_highest_bar(highest, step):
    assert tick_step(highest) == step


def test_bars_are_stacked_on_the_ground():
    chart = draw_chart([(date(2026, 3, 1) + timedelta(days=day), day, 1) for day in range(3)])

    assert chart.ticks == [4, 3, 2, 1, 0]
    assert chart.labels == ["1 Mar", "2 Mar", "3 Mar"]
    last = chart.bars[-1]
    assert (last.good_y, last.good_height, last.bad_y, last.bad_height) == ("84", "84", "42", "42")


def test_no_bar_leaves_the_drawing():
    chart = draw_chart([(date(2026, 3, 1) + timedelta(days=day), day * 7, day) for day in range(90)])

    assert all(0 <= float(bar.bad_y) <= 168 and float(bar.x) + float(bar.width) <= 720 for bar in chart.bars)
    assert len(chart.labels) == 5


@pytest.mark.parametrize("values", [[0], [5, 5, 5], [0, 0]])
def test_a_line_without_ups_and_downs_lies_at_the_bottom(values):
    assert {point.split()[1] for point in draw_spark(values).line[1:].split(" L")} == {"29"}
