"""Counts of users, sign-ins and sign-ups by day, in UTC."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, Count, DateField, F, Max, Min, QuerySet, Sum, When
from django.db.models.functions import TruncDate

from users.models import DAILY_NUMBERS, Change, DailyCount, DailyIncrement

# Users created in bulk did not sign up.
BULK_FACES = (Change.Face.IMPORT, Change.Face.COMMAND)


@dataclass(frozen=True, kw_only=True)
class DayActivity:
    """One day: sign-ins, sign-ups, and the times of the first and the latest of these."""

    date: date
    logins: int = 0
    signups: int = 0
    first: datetime
    latest: datetime


@dataclass(frozen=True)
class DailyTotals:
    """The numbers of `users.models.DailyNumbers`: each of the days from `first` on, and `total` of all days
    ever. Days without any are missing, and a Counter has 0 for what is missing."""

    first: date
    days: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    total: Counter[str] = field(default_factory=Counter)

    def since(self, day: date) -> Counter[str]:
        """The sum of the days from `day` on, which is not before `first`."""
        return self.between(day, date.max)

    def between(self, first: date, last: date) -> Counter[str]:
        """The sum of the days from `first` to `last`, both included."""
        found: Counter[str] = Counter()
        for day, numbers in self.days.items():
            if first <= day <= last:
                found.update(numbers)
        return found


def daily_totals(first: date) -> DailyTotals:
    """The numbers of each day from `first` on, and of all days ever, in one query whose cost depends on the
    number of days and not of users."""
    # All earlier days are one group, so that the years before cost a sum and no rows.
    day = Case(When(date__gte=first, then=F("date")), output_field=DateField())
    counted, waiting = (_sums(model.objects.all(), day) for model in (DailyCount, DailyIncrement))
    totals = DailyTotals(first)
    for at, *numbers in counted.union(waiting, all=True):
        found = Counter(dict(zip(DAILY_NUMBERS, numbers, strict=True)))
        totals.total.update(found)
        if at is not None:
            totals.days[at].update(found)
    return totals


def _sums(rows: QuerySet[Any], day: Case) -> QuerySet[Any, Any]:
    sums = {f"sum_of_{name}": Sum(name) for name in DAILY_NUMBERS}
    by_day = rows.order_by().annotate(day=day).values("day").annotate(**sums)
    found: QuerySet[Any, Any] = by_day.values_list("day", *sums)
    return found


def activity_by_day(first: date, last: date) -> list[DayActivity]:
    """The days from `first` to `last`, both included, without those on which nothing happened.

    Sign-ups are counted from the record of changes, which still has users deleted since.
    """
    sign_ins = {day.date: day for day in _sign_ins(first, last)}
    new = _new_accounts(first, last)
    return [_day_activity(at, sign_ins.get(at), new.get(at)) for at in sorted(sign_ins.keys() | new.keys())]


def _sign_ins(first: date, last: date) -> Iterator[DayActivity]:
    """The days with sign-ins: one row of each day and, on PostgreSQL, additions to it."""
    rows = [
        model.objects.filter(date__range=(first, last))
        .exclude(logins=0)
        .order_by()
        .values("date")
        .annotate(number=Sum("logins"), first=Min("first_login"), latest=Max("latest_login"))
        .values_list("date", "number", "first", "latest")
        for model in (DailyCount, DailyIncrement)
    ]
    numbers: Counter[date] = Counter()
    moments: dict[date, list[datetime]] = defaultdict(list)
    for at, number, *edges in rows[0].union(rows[1], all=True):
        numbers[at] += number
        moments[at] += filter(None, edges)
    for at, number in numbers.items():
        # Numbers that a recount corrected have no times.
        known = moments[at] or [datetime.combine(at, time(), UTC)]
        yield DayActivity(date=at, logins=number, first=min(known), latest=max(known))


def _new_accounts(first: date, last: date) -> dict[date, tuple[int, datetime, datetime]]:
    """By day: the number of sign-ups, and the times of the first and the last."""
    begin = datetime.combine(first, time(), UTC)
    end = datetime.combine(last, time(), UTC) + timedelta(days=1)
    created = Change.objects.filter(what=Change.What.CREATED, at__gte=begin, at__lt=end)
    # Grouped by the database in UTC, whatever time zone the server has.
    by_day = created.exclude(face__in=BULK_FACES).annotate(day=TruncDate("at", tzinfo=UTC)).values("day")
    counted = by_day.annotate(number=Count("*"), first=Min("at"), latest=Max("at")).order_by("day")
    return {row["day"]: (row["number"], row["first"], row["latest"]) for row in counted}


def _day_activity(
    at: date, sign_ins: DayActivity | None, new: tuple[int, datetime, datetime] | None
) -> DayActivity:
    moments: list[datetime] = []
    if sign_ins:
        moments += [sign_ins.first, sign_ins.latest]
    if new:
        moments += new[1:]
    return DayActivity(
        date=at,
        logins=sign_ins.logins if sign_ins else 0,
        signups=new[0] if new else 0,
        first=min(moments),
        latest=max(moments),
    )
