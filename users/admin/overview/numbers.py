"""The numbers of the overview. Each leads to the list of what it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Literal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from users.admin.overview.charts import Chart, Spark, draw_chart, draw_spark
from users.history.daily_counts import DailyTotals, daily_totals
from users.models import FAILED_LOGIN_TYPES, LOGIN_TYPES
from users.rights.actor import Actor
from users.rights.may import Verb, may
from users.rights.visible import PROFILE, visible

# Days that a chart may cover.
PERIODS = (7, 30, 90)
DEFAULT_PERIOD = 30
# New and active users are counted for these days, whatever the chart covers.
RECENT = (1, 7, 30)
ACTIVE_DAYS = 30


@dataclass(frozen=True)
class Figure:
    """A number with its label and the list behind it. `delta` compares with the period before."""

    label: str
    value: str
    url: str
    delta: str = ""
    trend: Literal["up", "down", ""] = ""
    spark: Spark | None = None
    is_bad: bool = False


@dataclass(frozen=True)
class DayRow:
    """A day of a chart as text: its numbers, and the lists behind them."""

    day: date
    good: int
    good_url: str
    bad: int = 0
    bad_url: str = ""


@dataclass(frozen=True)
class DayChart:
    """A chart with its words: `summary` is a sentence for screen readers, `legend` names the two numbers of
    a bar, the second is empty where there is only one; `rows` are newest first."""

    title: str
    summary: str
    chart: Chart
    legend: tuple[str, str]
    rows: list[DayRow]


class Numbers:
    """What the viewer may see, for the last `days` days with today, in UTC. One query."""

    def __init__(self, viewer: Actor, days: int) -> None:
        self.days = days
        self.sees_users = visible(viewer, PROFILE)
        self.sees_log = viewer.is_administrator
        self.sees_sign_ins = self.sees_log or (self.sees_users and may(viewer, Verb.VIEW_CHANGES))
        self.today = timezone.now().astimezone(UTC).date()
        self.first = self._days_ago(days)
        self.totals = self._read()

    @property
    def user_count(self) -> int:
        """All users."""
        return self.totals.total["created"]

    def headline(self) -> Iterator[Figure]:
        """The figures with a line of how they developed."""
        if self.sees_users:
            yield self._users()
            yield self._new_users()
        if self.sees_sign_ins:
            yield self._sign_ins()
            yield self._failures()

    def details(self) -> Iterator[Figure]:
        """Further figures, none of which depends on the period."""
        if not self.sees_users:
            return
        for days, label in zip(
            RECENT, (_("New today"), _("New in 7 days"), _("New in 30 days")), strict=True
        ):
            first = self._days_ago(days)
            yield Figure(label, _number(self.totals.since(first)["created"]), users_url(created_since=first))
        active_since = self._days_ago(ACTIVE_DAYS)
        active = self.totals.since(active_since)["last_seen"]
        yield Figure(_("Active in 30 days"), _number(active), users_url(active_since=active_since))
        blocked, unverified = self.totals.total["blocked"], self.totals.total["unverified"]
        yield Figure(_("Blocked"), _number(blocked), users_url(status="blocked"))
        yield Figure(_("Email not verified"), _number(unverified), users_url(status="unverified"))

    def chart(self) -> DayChart | None:
        """Sign-ins by day; new users for staff who may not see sign-ins."""
        if self.sees_sign_ins:
            return self._sign_in_chart()
        return self._new_user_chart() if self.sees_users else None

    def _read(self) -> DailyTotals:
        # Twice the period, to compare it with the one before.
        first = self._days_ago(max(2 * self.days, *RECENT, ACTIVE_DAYS))
        return daily_totals(first) if self.sees_users or self.sees_sign_ins else DailyTotals(first)

    def _days_ago(self, days: int) -> date:
        """The first of the last `days` days, of which today is one."""
        return self.today - timedelta(days=days - 1)

    def _by_day(self, number: Callable[[date], float]) -> list[float]:
        return [number(self.first + timedelta(days=index)) for index in range(self.days)]

    def _daily(self, name: str) -> list[float]:
        return self._by_day(lambda day: self._on(day, name))

    def _on(self, day: date, name: str) -> int:
        return self.totals.days[day][name] if day in self.totals.days else 0

    def _sums(self, name: str) -> tuple[int, int]:
        """The sum of this period, and of the one before."""
        before = self.totals.between(self.first - timedelta(days=self.days), self.first - timedelta(days=1))
        return self.totals.between(self.first, self.today)[name], before[name]

    def _users(self) -> Figure:
        new, _before = self._sums("created")
        running = self.user_count - new
        curve: list[float] = []
        for number in self._daily("created"):
            running += int(number)
            curve.append(running)
        return Figure(
            _("Users"),
            _number(self.user_count),
            users_url(),
            f"+{_number(new)}" if new else "",
            "up" if new else "",
            draw_spark(curve),
        )

    def _new_users(self) -> Figure:
        new, before = self._sums("created")
        delta, trend = _compare(new, before)
        return Figure(
            _("New users"),
            _number(new),
            users_url(created_since=self.first),
            delta,
            trend,
            draw_spark(self._daily("created")),
        )

    def _sign_ins(self) -> Figure:
        now, before = self._sums("logins")
        delta, trend = _compare(now, before)
        url = self._sign_ins_url(self.first, self.today)
        return Figure(_("Sign-ins"), _number(now), url, delta, trend, draw_spark(self._daily("logins")))

    def _failures(self) -> Figure:
        (failed, failed_before), (signed_in, before) = self._sums("failed_logins"), self._sums("logins")
        share, share_before = _share(failed, signed_in), _share(failed_before, before)
        change = share - share_before
        has_delta = bool(failed_before or before) and abs(change) >= 0.05
        return Figure(
            _("Failed sign-ins"),
            _("%(number)s %%") % {"number": f"{share:.1f}"},
            self._failures_url(self.first, self.today),
            f"{change:+.1f}".replace("-", "−") if has_delta else "",
            "down" if has_delta and change > 0 else "",
            draw_spark(
                self._by_day(lambda day: _share(self._on(day, "failed_logins"), self._on(day, "logins")))
            ),
            is_bad=True,
        )

    def _sign_ins_url(self, first: date, last: date) -> str:
        """The log has these events alone; the activity, for staff who may not see the log, has sign-outs and
        second factors with them."""
        if self.sees_log:
            return log_url(LOGIN_TYPES, first, last)
        return activity_url("sign_ins", first, last)

    def _failures_url(self, first: date, last: date) -> str:
        if self.sees_log:
            return log_url(FAILED_LOGIN_TYPES, first, last)
        return activity_url("failures", first, last)

    def _sign_in_chart(self) -> DayChart:
        days = [
            (day, self._on(day, "logins"), self._on(day, "failed_logins"))
            for day in (self.first + timedelta(days=index) for index in range(self.days))
        ]
        busiest = max(days, key=lambda one: one[1])
        worst = max(days, key=lambda one: one[2])
        summary = _("Sign-ins of the last %(days)d days: %(number)s, %(most)s of them on %(day)s.") % {
            "days": self.days,
            "number": _number(sum(one[1] for one in days)),
            "most": _number(busiest[1]),
            "day": date_format(busiest[0], "j F"),
        }
        if worst[2]:
            summary += " " + _("Failed ones: %(number)s, most on %(day)s with %(most)s.") % {
                "number": _number(sum(one[2] for one in days)),
                "most": _number(worst[2]),
                "day": date_format(worst[0], "j F"),
            }
        rows = [
            DayRow(day, good, self._sign_ins_url(day, day), bad, self._failures_url(day, day))
            for day, good, bad in reversed(days)
        ]
        return DayChart(_("Sign-ins"), summary, draw_chart(days), (_("Signed in"), _("Failed")), rows)

    def _new_user_chart(self) -> DayChart:
        days = [
            (day, self._on(day, "created"), 0)
            for day in (self.first + timedelta(days=index) for index in range(self.days))
        ]
        total = sum(one[1] for one in days)
        summary = ngettext(
            "%(number)s new user in the last %(days)d days.",
            "%(number)s new users in the last %(days)d days.",
            total,
        ) % {"number": _number(total), "days": self.days}
        rows = [DayRow(day, good, users_url(created_on=day)) for day, good, _none in reversed(days)]
        return DayChart(_("New users"), summary, draw_chart(days), (_("New users"), ""), rows)


def users_url(
    *,
    status: str = "",
    created_since: date | None = None,
    created_on: date | None = None,
    active_since: date | None = None,
) -> str:
    """The URL of the list of users, with a filter or with a search by dates in UTC."""
    query = {"status": status} if status else {}
    if created_since:
        query["q"] = f"created_at:[{created_since} TO *]"
    if created_on:
        query["q"] = f"created_at:[{created_on} TO {created_on}]"
    if active_since:
        query["q"] = f"last_login:[{active_since} TO *]"
    address = reverse("admin:users_user_changelist")
    return f"{address}?{urlencode(query)}" if query else address


def log_url(types: tuple[str, ...], first: date, last: date) -> str:
    """The URL of the log of these days, both included, with events of these types only."""
    query = {"q": f"type:({' OR '.join(types)})", "from": str(first), "to": str(last)}
    return f"{reverse('admin:log')}?{urlencode(query)}"


def activity_url(part: str, first: date, last: date) -> str:
    """The URL of the activity of these days, both included, with this part of it only."""
    query = {"part": part, "since": str(first), "until": str(last)}
    return f"{reverse('admin:changes')}?{urlencode(query)}"


def _number(value: int) -> str:
    return f"{value:,}"


def _share(failed: int, signed_in: int) -> float:
    """How many of a hundred attempts failed."""
    return 100 * failed / (failed + signed_in) if failed else 0.0


def _compare(now: int, before: int) -> tuple[str, Literal["up", "down", ""]]:
    """The change in per cent, and its direction; nothing where there is nothing to compare with."""
    if not before:
        return "", ""
    change = 100 * (now - before) / before
    return f"{change:+,.1f} %".replace("-", "−"), "up" if change > 0 else ""
