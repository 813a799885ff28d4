"""The filters of the list of users. None counts or scans; each has an equivalent in the search language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext, gettext_noop

from users.lucene.printer import quote
from users.models import Connection

# Connections that the filter offers; others can be searched for.
MAX_CONNECTIONS = 50
PERIODS = {
    "1": gettext_noop("Past 24 hours"),
    "7": gettext_noop("Past 7 days"),
    "30": gettext_noop("Past 30 days"),
}


@dataclass(frozen=True)
class Choice:
    """A value of a filter.

    `words` is the equivalent search (times only to the day); `test` is the condition that indexes support.
    """

    value: str
    label: str
    words: str
    test: Q


@dataclass(frozen=True)
class Filter:
    """A filter. `choices` returns those offered and `choice` the one with that value, or None, both as they
    are at a moment: "past 7 days" ends there."""

    name: str
    title: str
    choices: Callable[[datetime], list[Choice]]
    choice: Callable[[str, datetime], Choice | None]


def _make_filter(name: str, title: str, choices: Callable[[datetime], list[Choice]]) -> Filter:
    def choice(value: str, now: datetime) -> Choice | None:
        return next((each for each in choices(now) if each.value == value), None)

    return Filter(name, title, choices, choice)


def _status_choices(now: datetime) -> list[Choice]:
    return [
        # `blocked` may be null, which counts as not blocked.
        Choice(
            "active",
            gettext("Active"),
            "NOT blocked:true",
            Q(blocked__isnull=True) | Q(blocked=False),
        ),
        Choice("blocked", gettext("Blocked"), "blocked:true", Q(blocked=True)),
        Choice(
            "unverified",
            gettext("Email not verified"),
            "email_verified:false",
            Q(email_verified=False),
        ),
    ]


def _connection_choices(now: datetime) -> list[Choice]:
    names = Connection.objects.values_list("name", flat=True)[:MAX_CONNECTIONS]
    return [_connection_choice(name, now) for name in names]


def _connection_choice(name: str, now: datetime) -> Choice:
    # A subquery instead of a join: the database evaluates it first and can then use the index on
    # (connection, ...).
    found = Connection.objects.filter(name=name).values("pk")[:1]
    return Choice(name, name, f"identities.connection:{quote(name)}", Q(connection=found))


def _period_choices(field: str, now: datetime) -> list[Choice]:
    starts = {days: now - timedelta(days=int(days)) for days in PERIODS}
    return [
        # The search language has no "7 days ago", so a saved search gets the date.
        Choice(days, gettext(PERIODS[days]), f"{field}:[{start:%Y-%m-%d} TO *]", Q((f"{field}__gte", start)))
        for days, start in starts.items()
    ]


def _last_login_choices(now: datetime) -> list[Choice]:
    never = Choice("never", gettext("Never"), "NOT _exists_:last_login", Q(last_login__isnull=True))
    return [*_period_choices("last_login", now), never]


FILTERS = (
    _make_filter("status", gettext_noop("Status"), _status_choices),
    Filter("connection", gettext_noop("Connection"), _connection_choices, _connection_choice),
    _make_filter("created", gettext_noop("Created"), lambda now: _period_choices("created_at", now)),
    _make_filter("last_login", gettext_noop("Last sign-in"), _last_login_choices),
)


def active_filters(values: Mapping[str, str], now: datetime) -> list[tuple[Filter, Choice]]:
    """The filters that these values switch on, by name; unknown values are ignored."""
    given = ((each, values.get(each.name, "")) for each in FILTERS)
    return [(each, choice) for each, value in given if value and (choice := each.choice(value, now))]
