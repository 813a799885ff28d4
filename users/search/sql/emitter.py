"""The SQL of conditions, as far as both databases share it.

User input is always a parameter, never part of the SQL (injection), except the paths of indexed keys,
which are quoted.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from users.metadata.words import Spellings
from users.models import Connection, IndexedKey
from users.search.conditions import (
    All,
    AnyOf,
    BeginsWords,
    Condition,
    DatetimeBetween,
    Equals,
    Exists,
    Flag,
    Leaf,
    Like,
    Not,
    NumberBetween,
    OneOf,
    Test,
    TextBetween,
    TextTest,
    map_ends,
    prefix_range,
)
from users.search.index_support import can_use_index
from users.search.indexed_keys import KeyPath, record_key_use
from users.search.searchable_fields import Column, ConnectionName, IsSocial, Json, Part, Source, Words

Sql = tuple[str, tuple[Any, ...]]
ALWAYS_TRUE: Sql = ("1 = 1", ())
ALWAYS_FALSE: Sql = ("1 = 0", ())
# The most words of a query that are evaluated; more would hardly narrow the result.
MAX_WORDS = 50
# `compile` makes tests by the kinds of fields, so another one is an error in the code.
MISMATCH = "the test is not of the field's kind"
CONNECTION_TABLE = Connection._meta.db_table


class Emitter(ABC):
    """Emits SQL for conditions on one user.

    `columns` are the columns as the query spells them, `moment` converts a datetime to a parameter, `keys`
    are the indexed keys, and `is_ordered` says whether the query is sorted, and so read only until a page
    is full. SQL may be NULL where it is not true: only `Not` must tell the difference.
    """

    # Membership in the result of a sub-query.
    one_of = "IN ({})"
    # A column whose index must not be used, as nearly every row matches.
    unindexed = "{}"
    # An indexed boolean expression, as the planner recognizes it.
    is_true = "{}"
    # The test for presence that the index supports, by the kind of the key.
    is_present: Mapping[str, str] = dict.fromkeys(IndexedKey.Kind, "{} IS NOT NULL")
    # Whether an index of each document finds equal values of every key.
    has_value_index: bool

    def __init__(
        self,
        columns: Mapping[str, str],
        moment: Callable[[Any], Any],
        keys: Mapping[KeyPath, IndexedKey] | None = None,
        *,
        is_ordered: bool = False,
    ) -> None:
        self.columns = columns
        self._is_ordered = is_ordered
        # Whether the SQL is another where the query is in another order.
        self.depends_on_order = False
        self.moment = moment
        self.keys = keys or {}

    @property
    def is_ordered(self) -> bool:
        """Whether the query is in an order, and so read until there are enough."""
        self.depends_on_order = True
        return self._is_ordered

    def condition(self, condition: Condition) -> Sql:
        """The SQL of a condition."""
        match condition:
            case All(parts):
                return join_and(map(self.condition, parts))
            case AnyOf(parts):
                return join_or(map(self.condition, parts))
            case Not(part):
                sql, parameters = self.condition(part)
                # Not `NOT`: NULL for a missing value must become true here.
                return f"({sql}) IS NOT TRUE", parameters
            case Leaf(field, test):
                return join_or(self.source(source, test) for source in field.sources)

    def source(self, source: Source, test: Test) -> Sql:
        """The SQL for one column of the field."""
        match source:
            case Json(column, path, is_list):
                found = self.json(self.columns[column], path, test, is_list)
                key = self.keys.get((column, path))
                return found if key is None else self.indexed(key, test, found)
            case Column():
                guards = [
                    (f"{self.unindexed.format(self.columns[name])} IS NULL", ()) for name in source.unless
                ]
                guards += [(f"{self.columns[name]} IS NOT NULL", ()) for name in source.given]
                return join_and([*guards, self.column(source, test)])
            case Words():
                return self.words(source, test)
            case ConnectionName():
                assert isinstance(test, TextTest), MISMATCH
                return self.connection(self.text("name", test))
            case IsSocial():
                if isinstance(test, Exists):
                    return ALWAYS_TRUE
                assert isinstance(test, Flag), MISMATCH
                return self.connection((f"strategy {'<>' if test.value else '='} %s", ("auth0",)))

    def words(self, source: Words, test: Test) -> Sql:
        """The user has words, or the words of the test are prefixes of some of them."""
        if isinstance(test, Exists):
            return f"{self.columns[source.column]} <> ''", ()
        assert isinstance(test, BeginsWords), MISMATCH
        # Cut silently: a pasted text of many words still finds the users that have the first of them.
        words = test.words[:MAX_WORDS]
        return self.begins_words(source, words) if words else ALWAYS_FALSE

    def connection(self, condition: Sql) -> Sql:
        """Users of the connections that match. A sub-query rather than a join: connections are few, and
        `connection_id` has an index."""
        sql, parameters = condition
        ids = f"SELECT id FROM {CONNECTION_TABLE} WHERE {sql}"  # noqa: S608
        return f"{self.columns['connection_id']} {self.one_of.format(ids)}", parameters

    # Columns

    def column(self, source: Column, test: Test) -> Sql:
        """A test of a column, or of a part of its text."""
        column = self.columns[source.name]
        match test:
            case Flag(value):
                return (column, ()) if value else (f"NOT {column}", ())
            case DatetimeBetween(low, high):
                return self.between(column, low and self.moment(low), high and self.moment(high), True, False)
            case NumberBetween(low, high, includes_low, includes_high):
                # The profile lacks a count of 0, so it is no value.
                least, most = map_ends(self.number, low, high)
                return join_and(
                    [(f"{column} > 0", ()), self.between(column, least, most, includes_low, includes_high)]
                )
            case Exists() if source.name == "logins_count":
                return f"{column} > 0", ()
        assert isinstance(test, TextTest), MISMATCH
        if source.form is not None and not isinstance(test, Exists):
            test = test.apply_form(source.form)
        if source.part is None:
            return self.text(self.plain(source.name), test)
        # A redundant condition on the whole column, for which its index can be used.
        hint = _hint(source.part, test)
        of_part = self.text(self.part(column, source.part), test)
        return of_part if hint is None else join_and([self.text(column, hint), of_part])

    def plain(self, name: str) -> str:
        """The column as text."""
        return self.columns[name]

    def text(self, column: str, test: TextTest) -> Sql:
        """Text, compared by code points."""
        match test:
            case Exists():
                return f"{column} IS NOT NULL", ()
            case Equals(text):
                return f"{column} = %s", (text,)
            case OneOf(texts):
                return f"{column} IN ({', '.join(['%s'] * len(texts))})", texts
            case TextBetween(low, high, includes_low, includes_high):
                return self.between(self.by_code_points(column), low, high, includes_low, includes_high)
            case Like((first, "")):
                return self.text(column, prefix_range(first))
            case Like((first, *_)) if first:
                return join_and([self.text(column, prefix_range(first)), self.like(column, test.pieces)])
            case Like(pieces):
                return self.like(column, pieces)

    @staticmethod
    def between(column: str, low: Any, high: Any, includes_low: bool, includes_high: bool) -> Sql:
        """In the range; None for an open end."""
        parts: list[Sql] = []
        if low is not None:
            parts.append((f"{column} {'>=' if includes_low else '>'} %s", (low,)))
        if high is not None:
            parts.append((f"{column} {'<=' if includes_high else '<'} %s", (high,)))
        return join_and(parts or [(f"{column} IS NOT NULL", ())])

    # Indexed keys

    def indexed(self, key: IndexedKey, test: Test, found: Sql) -> Sql:
        """What `found` finds, in a form that the key's indexes support: among the ordered values of its
        kind, or among the others (other types, and lists)."""
        if not can_use_index(key.kind, test) or (self.has_value_index and isinstance(test, Equals | Flag)):
            return found
        record_key_use(key)
        column, path = self.columns[key.document], tuple(key.path)
        in_order = self._indexed_test(key.kind, self.ordered(column, path, key.kind), test, found)
        is_other = self.is_true.format(self.other_value_expression(column, path, key.kind)), ()
        others = join_and([is_other, found])
        # SQLite would not use the index for an OR with a constant.
        return others if in_order is ALWAYS_FALSE else join_or([in_order, others])

    def _indexed_test(self, kind: str, value: str, test: Test, found: Sql) -> Sql:
        """The value passes the test, by the same expression as in the index: a planner compares
        expressions as text."""
        match kind, test:
            case _, Exists():
                return self.is_present[kind].format(value), ()
            case IndexedKey.Kind.NUMBER, NumberBetween(low, high, includes_low, includes_high):
                least, most = map_ends(self.number, low, high)
                return self.between(value, least, most, includes_low, includes_high)
            case IndexedKey.Kind.NUMBER, Equals(number=number) if number is not None:
                return f"{value} = %s", (self.number(number),)
            case IndexedKey.Kind.TEXT, Like((first, *rest)) if rest != [""]:
                return join_and([self.text(value, prefix_range(first)), found])
            case IndexedKey.Kind.TEXT, Equals() | TextBetween() | Like():
                return self.text(value, test)
            case _:
                return ALWAYS_FALSE

    # What differs between the databases

    @abstractmethod
    def ordered(self, column: str, path: tuple[str, ...], kind: str) -> str:
        """The value at the path, through objects only, if it is of that kind; else NULL. Text is cut to
        the indexed prefix. The path is a literal: planners match an indexed expression by its text, so it
        cannot be a parameter."""

    @abstractmethod
    def other_value_expression(self, column: str, path: tuple[str, ...], kind: str) -> str:
        """Whether there is another value at the path, or a list on the way."""

    @abstractmethod
    def by_code_points(self, column: str) -> str:
        """The column in the order of code points."""

    @abstractmethod
    def like(self, column: str, pieces: tuple[str, ...]) -> Sql:
        """The pieces in order, with anything between them; case-sensitive."""

    @abstractmethod
    def begins_words(self, source: Words, words: tuple[Spellings, ...]) -> Sql:
        """Each of the words, one or more, is a prefix of a word of the user in one of its spellings, which
        consist of letters, digits and #."""

    @abstractmethod
    def part(self, column: str, part: Part) -> str:
        """A part of the column's text."""

    @abstractmethod
    def number(self, number: Any) -> Any:
        """A number as a parameter."""

    @abstractmethod
    def json(self, column: str, path: tuple[str, ...], test: Test, is_list: bool) -> Sql:
        """Some value at the path passes the test. A list stands for its items, and a list in a list for
        its own; a third level is not searched."""


def _hint(part: Part, test: TextTest) -> TextTest | None:
    """A condition that the whole column fulfils where the part passes the test."""
    if isinstance(test, Like) and test.pieces[0] and part in (Part.BEFORE_AT, Part.BEFORE_PIPE):
        return prefix_range(test.pieces[0])
    if not isinstance(test, Equals):
        return None
    text = test.text
    hints: dict[Part, TextTest] = {
        Part.BEFORE_AT: prefix_range(f"{text}@"),
        Part.AFTER_AT: Like(("", f"@{text}")),
        Part.BEFORE_PIPE: prefix_range(f"{text}|"),
        Part.AFTER_PIPE: Like(("", f"|{text}")),
    }
    return hints[part]


def join_and(parts: Iterable[Sql]) -> Sql:
    """All of the parts."""
    return _join(" AND ", list(parts), ALWAYS_TRUE)


def join_or(parts: Iterable[Sql]) -> Sql:
    """Any of the parts."""
    return _join(" OR ", list(parts), ALWAYS_FALSE)


def _join(word: str, parts: list[Sql], empty: Sql) -> Sql:
    if len(parts) < 2:
        return parts[0] if parts else empty
    sql = word.join(f"({sql})" for sql, _ in parts)
    return sql, tuple(parameter for _, parameters in parts for parameter in parameters)
