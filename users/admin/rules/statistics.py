"""How often rules ran and failed in the last days, and how long they took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone

from users.models import Rule, RuleFailure, RuleRunCount

DAYS = 30


@dataclass(frozen=True)
class Statistics:
    """Of one rule, in the last DAYS days. `p50` and `p95` are upper bounds in milliseconds, None without
    runs."""

    runs: int = 0
    failures: int = 0
    p50: int | None = None
    p95: int | None = None
    last_failure: RuleFailure | None = None


def statistics_of(rules: Collection[Rule]) -> dict[int, Statistics]:
    """The statistics of each rule by its primary key, in two queries."""
    first = timezone.now().date() - timedelta(days=DAYS - 1)
    counts = RuleRunCount.objects.filter(rule__in=rules, day__gte=first)
    bars: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    sums = counts.order_by("milliseconds").values_list("rule_id", "milliseconds")
    for rule, milliseconds, runs, failures in sums.annotate(Sum("runs"), Sum("failures")):
        bars[rule].append((milliseconds, runs, failures))
    last = {one.rule_id: one for one in RuleFailure.objects.filter(rule__in=rules)}
    return {rule.pk: _summarize(bars[rule.pk], last.get(rule.pk)) for rule in rules}


def _summarize(bars: list[tuple[int, int, int]], last: RuleFailure | None) -> Statistics:
    runs = sum(count for _, count, _ in bars)
    return Statistics(
        runs=runs,
        failures=sum(failures for _, _, failures in bars),
        p50=_percentile(bars, runs, 50),
        p95=_percentile(bars, runs, 95),
        last_failure=last,
    )


def _percentile(bars: list[tuple[int, int, int]], runs: int, percent: int) -> int | None:
    """The upper bound of the bar in which this percentile lies."""
    seen = 0
    for milliseconds, count, _ in bars:
        seen += count
        if seen * 100 >= runs * percent:
            return milliseconds
    return None
