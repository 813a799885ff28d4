"""Runs, failures and durations of rules, counted by day.

A run is counted in memory and stored after a response has been sent, at most once a second: counting neither
slows down nor fails a sign-in. Of a process that ends, the runs of
its last second may be lost.
"""

from __future__ import annotations

import logging
import time
from bisect import bisect_left
from collections import Counter
from datetime import date, datetime
from threading import Lock
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from users.models import Rule, RuleFailure, RuleRunCount
from users.rules.execution import RuleRun

log = logging.getLogger(__name__)

# Upper bounds of the bars of the histogram in milliseconds; the last one also counts what took longer.
BOUNDS = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1200, 2000, 3000, 5000)

# Between two writes of the counts of a process.
SAVE_SECONDS = 1.0
# A rule, a day, a bar, and whether the run failed.
_Bar = tuple[int, date, int, bool]
_unsaved: Counter[_Bar] = Counter()
_failures: dict[int, tuple[datetime, RuleRun]] = {}
_lock = Lock()
_saved_at = 0.0


def count_run(run: RuleRun) -> None:
    """Count a run of a saved rule, in memory."""
    if run.rule.pk is None:
        return
    now = timezone.now()
    bar = BOUNDS[min(bisect_left(BOUNDS, run.seconds * 1000), len(BOUNDS) - 1)]
    # To deny is what a rule is for; every other error is a failure.
    is_failure = run.error is not None and run.error.kind != "unauthorized"
    with _lock:
        _unsaved[run.rule.pk, now.date(), bar, is_failure] += 1
        if is_failure:
            _failures[run.rule.pk] = (now, run)


def save_run_counts(**_: Any) -> None:
    """Store what was counted, where the last time is long enough ago; called after each response has been
    sent. One statement, and one more for failures."""
    global _saved_at
    if not _unsaved or time.monotonic() - _saved_at < SAVE_SECONDS:
        return
    with _lock:
        _saved_at = time.monotonic()
        counts, failures = Counter(_unsaved), dict(_failures)
        _unsaved.clear()
        _failures.clear()
    try:
        with transaction.atomic():
            # A rule may have been deleted meanwhile.
            alive = set(Rule.objects.filter(pk__in={bar[0] for bar in counts}).values_list("pk", flat=True))
            _add({bar: count for bar, count in counts.items() if bar[0] in alive})
            _save_failures({pk: failure for pk, failure in failures.items() if pk in alive})
    except DatabaseError:
        # Swallowed: the sign-in is answered, and statistics may lack some runs.
        log.warning("runs of rules could not be counted")


def _add(counts: dict[_Bar, int]) -> None:
    """Add to the bars in one statement, sorted, so that two processes lock the rows in the same order."""
    rows: dict[tuple[int, date, int], list[int]] = {}
    for (rule, day, bar, is_failure), count in counts.items():
        row = rows.setdefault((rule, day, bar), [0, 0])
        row[0] += count
        row[1] += count if is_failure else 0
    if not rows:
        return
    table = RuleRunCount._meta.db_table
    places = ", ".join(["(%s, %s, %s, %s, %s)"] * len(rows))
    values: list[int | date] = []
    for key, row in sorted(rows.items()):
        values += [*key, *row]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (rule_id, day, milliseconds, runs, failures) VALUES {places}"  # noqa: S608
            " ON CONFLICT (rule_id, day, milliseconds) DO UPDATE SET"
            f" runs = {table}.runs + excluded.runs, failures = {table}.failures + excluded.failures",
            values,
        )


def _save_failures(failures: dict[int, tuple[datetime, RuleRun]]) -> None:
    rows = []
    for rule, (at, run) in sorted(failures.items()):
        assert run.error is not None, "it is a failure"
        message = run.error.message.replace("\0", "")[:500]
        rows.append(
            RuleFailure(rule_id=rule, at=at, kind=run.error.kind, message=message, line=run.error.line)
        )
    if rows:
        RuleFailure.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["rule"],
            update_fields=["at", "kind", "message", "line"],
        )
