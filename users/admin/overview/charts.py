"""Charts as coordinates for SVG, which templates draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

# Of the drawing, in its own units: templates stretch it.
CHART_WIDTH, CHART_HEIGHT = 720, 168
SPARK_WIDTH, SPARK_HEIGHT = 120, 32
# Room above and below the line of a spark, so that its stroke is not cut off.
SPARK_MARGIN = 3
TICKS = 4
MAX_BAR_WIDTH = 40
# Dates below the chart.
MAX_LABELS = 5


@dataclass(frozen=True)
class Spark:
    """A line without axes, as paths."""

    line: str
    area: str


@dataclass(frozen=True)
class Bar:
    """One day: `good` stacked under `bad`. Places are texts, since a template would write a decimal comma
    in some languages."""

    day: date
    good: int
    bad: int
    x: str
    width: str
    good_y: str
    good_height: str
    bad_y: str
    bad_height: str


@dataclass(frozen=True)
class Chart:
    """Bars of days; the values of the hairlines from the top down; and dates to write below."""

    bars: list[Bar]
    ticks: list[int]
    labels: list[str]

    @property
    def grid(self) -> list[str]:
        """The heights of the hairlines."""
        return [_place(0.5 + index * (CHART_HEIGHT - 1) / TICKS) for index in range(TICKS + 1)]


def draw_spark(values: Sequence[float]) -> Spark:
    """The values from left to right, the lowest at the bottom and the highest at the top."""
    low, high = min(values), max(values)
    room = SPARK_HEIGHT - 2 * SPARK_MARGIN
    points = [
        (
            index * SPARK_WIDTH / max(len(values) - 1, 1),
            # Equal values are a line at the bottom.
            SPARK_HEIGHT - SPARK_MARGIN - (value - low) / ((high - low) or 1) * room,
        )
        for index, value in enumerate(values)
    ]
    line = "M" + " L".join(f"{_place(x)} {_place(y)}" for x, y in points)
    return Spark(line, f"{line} L{SPARK_WIDTH} {SPARK_HEIGHT} L0 {SPARK_HEIGHT} Z")


def draw_chart(days: Sequence[tuple[date, int, int]]) -> Chart:
    """Stacked bars of days: each with its date and two numbers."""
    step = tick_step(max(good + bad for _, good, bad in days))
    slot = CHART_WIDTH / len(days)
    width = min(slot * 2 / 3, MAX_BAR_WIDTH)
    scale = CHART_HEIGHT / (step * TICKS)
    bars = [
        Bar(
            day,
            good,
            bad,
            x=_place(index * slot + (slot - width) / 2),
            width=_place(width),
            good_y=_place(CHART_HEIGHT - good * scale),
            good_height=_place(good * scale),
            bad_y=_place(CHART_HEIGHT - (good + bad) * scale),
            bad_height=_place(bad * scale),
        )
        for index, (day, good, bad) in enumerate(days)
    ]
    return Chart(bars, [step * index for index in range(TICKS, -1, -1)], _labels([day for day, *_ in days]))


def tick_step(highest: int) -> int:
    """The distance of the hairlines: 1, 2 or 5 times a power of ten, so that TICKS of them reach
    `highest`."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor * TICKS >= highest:
                return step * factor
        step *= 10


def _labels(days: Sequence[date]) -> list[str]:
    """The first and the last day, and some between them at equal distances."""
    count = min(len(days), MAX_LABELS)
    places = [round(index * (len(days) - 1) / max(count - 1, 1)) for index in range(count)]
    return [date_format(days[place], "j M") for place in places]


def _place(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
