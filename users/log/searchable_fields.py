"""Searchable fields of the log, and the columns of its two tables.

Source: Auth0 docs, "Log Search Query Syntax". Text is case-sensitive, except for users' names.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q

from users.log.change_entries import PART_OF_RARE_TYPE
from users.log.position import TABLE_RANKS, parse_log_id
from users.log.types import API_WRITE
from users.lucene.nodes import Name, Pattern, Range, Value, Word
from users.metadata.fold import fold
from users.metadata.identifiers import email_part_key
from users.models import Change, Connection, LogEvent, User
from users.models.sql_compiler import SQLCompiler
from users.querying.errors import SearchError
from users.querying.values import as_period, to_datetime_range
from users.search.sql.expression import EMITTERS

# The condition for lines whose field has the value; any value if it is None. Raises SearchError.
Test = Callable[[Name, Value | None], Q]
Fields = Mapping[str, Test]

NOTHING = Q(pk__in=())
EVERYTHING = ~NOTHING


def _text(column: str, as_stored: Callable[[str], str] = str) -> Test:
    def test(name: Name, value: Value | None) -> Q:
        match value:
            case None:
                return ~Q((column, ""))
            case Word(text):
                return Q((column, as_stored(text)))
            case Pattern(pieces):
                return _like(column, [as_stored(piece) for piece in pieces])
        raise _range_error(name, value)

    return test


def _range_error(name: Name, value: Range) -> SearchError:
    return SearchError(value.column, f"{name} is text, which takes no range; the date does")


def _like(column: str, pieces: list[str]) -> Q:
    first, *inner, last = pieces
    # Only pieces in the middle need a pattern; a prefix or a suffix alone has a look-up of Django's.
    if any(inner):
        return Q(_Like(column, tuple(pieces)))
    found = EVERYTHING
    if first:
        found &= Q((f"{column}__startswith", first))
    if last:
        found &= Q((f"{column}__endswith", last))
    return found


class _Like(Func):
    """A wildcard, as in the search for users. Django's regular expressions run in Python on SQLite, where
    some text takes hours (ReDoS)."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, column: str, pieces: tuple[str, ...]) -> None:
        super().__init__(F(column))
        self.pieces = pieces

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *_: Any, **__: Any
    ) -> tuple[str, tuple[Any, ...]]:
        column, parameters = compiler.compile(self.source_expressions[0])
        emitter = EMITTERS[connection.vendor]({}, connection.ops.adapt_datetimefield_value)
        sql, pieces = emitter.like(column, self.pieces)
        return sql, (*parameters, *pieces)


def _moment(name: Name, value: Value | None) -> Q:
    match value:
        case None:
            return EVERYTHING
        case Word() | Range():
            first, end = to_datetime_range(value, partial(_period, name))
            return (Q(at__gte=first) if first else EVERYTHING) & (Q(at__lt=end) if end else EVERYTHING)
    raise SearchError(value.column, f"a {name} takes no wildcard; write 2026-03, or a range")


def _period(name: Name, word: Word) -> tuple[datetime, datetime]:
    period = as_period(word.text)
    if period is None:
        reason = f"a {name} is like 2026, 2026-03, 2026-03-04 or 2026-03-04T10:00:00Z"
        raise SearchError(word.column, reason)
    return period


def _match_none(name: Name, value: Value | None) -> Q:
    if isinstance(value, Range):
        raise _range_error(name, value)
    return NOTHING


def _log_id(rank: int, name: Name, value: Value | None) -> Q:
    if value is None:
        return EVERYTHING
    place = parse_log_id(value.text) if isinstance(value, Word) else None
    return Q(pk=place.key, at=place.at) if place and place.rank == rank else NOTHING


def _strategy_type(database: Q, name: Name, value: Value | None) -> Q:
    return database if value is None or value == Word("database") else NOTHING


# Of events


EVENT_FIELDS: Fields = {
    "log_id": partial(_log_id, TABLE_RANKS[LogEvent]),
    "date": _moment,
    **{
        name: _text(name)
        for name in (
            *("type", "description", "user_id", "client_id", "client_name", "connection", "connection_id"),
            *("strategy", "ip", "user_agent", "hostname", "audience", "scope"),
        )
    },
    "user_name": _text("user_name", email_part_key),
    "strategy_type": partial(_strategy_type, Q(strategy="auth0")),
}


# Of changes


def _type(name: Name, value: Value | None) -> Q:
    """Together with the part of the user that a rare type is about, for which there is an index."""
    found = _text("type")(name, value)
    if isinstance(value, Word) and value.text != API_WRITE:
        return Q(what=PART_OF_RARE_TYPE[value.text]) & found if value.text in PART_OF_RARE_TYPE else NOTHING
    return found


def _client_field(column: str) -> Test:
    def test(name: Name, value: Value | None) -> Q:
        return Q(actor_kind=Change.ActorKind.CLIENT) & _text(column)(name, value)

    return test


def _user_name(name: Name, value: Value | None) -> Q:
    """By users' current names: the email, or the name of users without one."""
    if value is None:
        return Q(user__isnull=False)
    email = _text("email_folded", email_part_key)(name, value)
    other = _text("name_folded", fold)(name, value)
    # A sub-query: users are found by their own indexes, and then their changes.
    users = User.accounts.filter(email | Q(email_folded=None) & other)
    return Q(user__in=users.order_by().values("pk"))


def _ip(name: Name, value: Value | None) -> Q:
    match value:
        case None:
            return Q(ip__isnull=False)
        case Word(text):
            try:
                return Q(ip=str(ipaddress.ip_address(text)))
            except ValueError:  # not an IP address, which PostgreSQL's inet column would refuse with an error
                return NOTHING
    return _text("ip")(name, value)


def _connection_field(column: str) -> Test:
    def test(name: Name, value: Value | None) -> Q:
        found = Connection.objects.filter(_text(column)(name, value))
        return Q(user__connection__in=found.order_by().values("pk"))

    return test


CHANGE_FIELDS: Fields = {
    "log_id": partial(_log_id, TABLE_RANKS[Change]),
    "date": _moment,
    "type": _type,
    "description": _text("description"),
    "user_id": _text("subject"),
    "user_name": _user_name,
    "client_id": _client_field("actor_id"),
    "client_name": _client_field("actor_name"),
    "connection": _connection_field("name"),
    "connection_id": _connection_field("connection_id"),
    "strategy": _connection_field("strategy"),
    "strategy_type": partial(_strategy_type, Q(user__connection__strategy="auth0")),
    "ip": _ip,
    # Not in the record of changes, so no line matches.
    **dict.fromkeys(("user_agent", "hostname", "audience", "scope"), _match_none),
}

# The fields in which a word without a field is searched.
DEFAULT_FIELDS = (
    "type",
    "description",
    "user_id",
    "user_name",
    "client_id",
    "client_name",
    "connection",
    "ip",
)
# Fields with personal data.
PERSONAL_FIELDS = frozenset({"user_name"})
