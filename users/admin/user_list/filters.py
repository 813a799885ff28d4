"""The filters of the user list. None counts or scans, and each has an equivalent in the search language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from users.admin.user_list.query_string import ListURL
from users.lucene.nodes import Exists, Name
from users.lucene.printer import quote, unparse
from users.models import Connection

# Connections that the filter offers; others can be searched for.
MAX_CONNECTIONS = 50
PERIODS = {"1": "Past 24 hours", "7": "Past 7 days", "30": "Past 30 days"}


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
    """A filter. `choices` returns those offered; `choice` returns the one with that value, or None."""

    name: str
    title: str
    choices: Callable[[], list[Choice]]
    choice: Callable[[str], Choice | None]


@dataclass(frozen=True)
class Chip:
    """An active filter. `remove` is the URL of the list without it."""

    title: str
    label: str
    words: str
    remove: str


def _make_filter(name: str, title: str, choices: Callable[[], list[Choice]]) -> Filter:
    def choice(value: str) -> Choice | None:
        return next((each for each in choices() if each.value == value), None)

    return Filter(name, title, choices, choice)


def _status_choices() -> list[Choice]:
    return [
        # `blocked` may be null, which counts as not blocked.
        Choice("active", "Active", "NOT blocked:true", Q(blocked__isnull=True) | Q(blocked=False)),
        Choice("blocked", "Blocked", "blocked:true", Q(blocked=True)),
        Choice("unverified", "Email not verified", "email_verified:false", Q(email_verified=False)),
    ]


def _connection_choices() -> list[Choice]:
    return [
        _connection_choice(name)
        for name in Connection.objects.values_list("name", flat=True)[:MAX_CONNECTIONS]
    ]


def _connection_choice(name: str) -> Choice:
    # A subquery instead of a join: the database evaluates it first and can then use the index on
    # (connection, ...).
    found = Connection.objects.filter(name=name).values("pk")[:1]
    return Choice(name, name, f"identities.connection:{quote(name)}", Q(connection=found))


def _period_choices(field: str) -> list[Choice]:
    return [
        Choice(
            days,
            label,
            # The search language has no "7 days ago", so a saved search gets the date.
            f"{field}:[{timezone.now() - timedelta(days=int(days)):%Y-%m-%d} TO *]",
            Q((f"{field}__gte", timezone.now() - timedelta(days=int(days)))),
        )
        for days, label in PERIODS.items()
    ]


def _last_login_choices() -> list[Choice]:
    never = Choice("never", "Never", "NOT _exists_:last_login", Q(last_login__isnull=True))
    return [*_period_choices("last_login"), never]


FILTERS = (
    _make_filter("status", "Status", _status_choices),
    Filter("connection", "Connection", _connection_choices, _connection_choice),
    _make_filter("created", "Created", lambda: _period_choices("created_at")),
    _make_filter("last_login", "Last login", _last_login_choices),
)


def active_filters(address: ListURL) -> list[tuple[Filter, Choice]]:
    """Return the active filters; unknown values are ignored."""
    values = ((each, address.text(each.name)) for each in FILTERS)
    return [(each, choice) for each, value in values if value and (choice := each.choice(value))]


def exists_query(name: str) -> str:
    """Return the search for users who have a value at the key."""
    return unparse(Exists(Name(tuple(name.split(".")))))


def required_keys(address: ListURL) -> list[str]:
    """Return the metadata keys that users must have a value for."""
    return list(dict.fromkeys(name for each in address.texts("has") if (name := each.strip())))


def active_chips(address: ListURL, choices: Iterable[tuple[Filter, Choice]]) -> list[Chip]:
    """Return a chip for each active filter."""
    shown = [
        Chip(each.title, choice.label, choice.words, address.link(**{each.name: None}))
        for each, choice in choices
    ]
    names = required_keys(address)
    return shown + [
        Chip("Has", name, exists_query(name), address.link(has=[other for other in names if other != name]))
        for name in names
    ]
