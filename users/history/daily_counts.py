"""What happened on each day, in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Max, Min
from django.db.models.functions import TruncDate

from users.models import Change, Day

# Accounts that come in bulk are nobody's sign-up.
BULK_FACES = (Change.Face.IMPORT, Change.Face.COMMAND)


@dataclass(frozen=True, kw_only=True)
class DayActivity:
    """On one day: sign-ins, new accounts, and when the first and the latest of these were."""

    date: date
    logins: int = 0
    signups: int = 0
    first: datetime
    latest: datetime


def activity_by_day(first: date, last: date) -> list[DayActivity]:
    """Both included; days on which nothing happened are left out.

    New accounts are counted from the record of changes, where those deleted since stand too, and
    where counting keeps no writer waiting.
    """
    sign_ins = {day.date: day for day in Day.objects.filter(date__range=(first, last))}
    new = _new_accounts(first, last)
    return [_day_activity(at, sign_ins.get(at), new.get(at)) for at in sorted(sign_ins.keys() | new.keys())]


def _new_accounts(first: date, last: date) -> dict[date, tuple[int, datetime, datetime]]:
    """By day: how many, and when the first and the last of them was made."""
    begin = datetime.combine(first, time(), UTC)
    end = datetime.combine(last, time(), UTC) + timedelta(days=1)
    created = Change.objects.filter(what=Change.What.CREATED, at__gte=begin, at__lt=end)
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
