"""Daily statistics of sign-ins and sign-ups, in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Max, Min
from django.db.models.functions import TruncDate

from users.models import Change, Day

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


def activity_by_day(first: date, last: date) -> list[DayActivity]:
    """The days from `first` to `last`, both included, without those on which nothing happened.

    Sign-ups are counted from the record of changes, which still has users deleted since, and without a
    counter that every creation would have to lock.
    """
    sign_ins = {day.date: day for day in Day.objects.filter(date__range=(first, last))}
    new = _new_accounts(first, last)
    return [_day_activity(at, sign_ins.get(at), new.get(at)) for at in sorted(sign_ins.keys() | new.keys())]


def _new_accounts(first: date, last: date) -> dict[date, tuple[int, datetime, datetime]]:
    """By day: the number of sign-ups, and the times of the first and the last."""
    begin = datetime.combine(first, time(), UTC)
    end = datetime.combine(last, time(), UTC) + timedelta(days=1)
    created = Change.objects.filter(what=Change.What.CREATED, at__gte=begin, at__lt=end)
    # Grouped by the database in UTC, whatever time zone the server has.
    by_day = created.exclude(face__in=BULK_FACES).annotate(day=TruncDate("at", tzinfo=UTC)).values("day")
    counted = by_day.annotate(number=Count("*"), first=Min("at"), latest=Max("at")).order_by("day")
    return {row["day"]: (row["number"], row["first"], row["latest"]) for row in counted}


def _day_activity(at: date, sign_ins: Day | None, new: tuple[int, datetime, datetime] | None) -> DayActivity:
    moments: list[datetime] = []
    if sign_ins:
        moments += [sign_ins.created_at, sign_ins.updated_at]
    if new:
        moments += new[1:]
    return DayActivity(
        date=at,
        logins=sign_ins.logins if sign_ins else 0,
        signups=new[0] if new else 0,
        first=min(moments),
        latest=max(moments),
    )
