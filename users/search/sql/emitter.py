"""What SQL is the same everywhere. What differs is the abstract part.

Whatever a user wrote is a parameter, never part of the text, but for the paths of indexed keys,
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
# Words of one query that are evaluated; more would hardly narrow it.
MAX_WORDS = 50
# `compile` makes tests by the kinds of fields, so another one is an error in the code.
MISMATCH = "the test is not of the field's kind"
CONNECTION_TABLE = Connection._meta.db_table


class Emitter(ABC):
    """Writes conditions over one account.

    `columns` are the account's columns as the query at hand spells them, `moment` turns a datetime
    into a parameter, `keys` are the indexed keys, `is_ordered` whether the query is in an order, and
    so read until there are enough. A piece of SQL may be NULL where it is not true:
    only `Not` minds.
    """

    # How a column is held against what a query finds.
    one_of = "IN ({})"
    # How a column is spelt where its index would mislead: most may be empty.
    unindexed = "{}"
    # How an expression is asked for that an index holds as true.
    is_true = "{}"
    # How it is asked whether the value of an indexed key is there, by the kind of the key.
    is_present: Mapping[str, str] = dict.fromkeys(IndexedKey.Kind, "{} IS NOT NULL")
    # Whether an index of each document finds whole values of every key.
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
        """The whole."""
        match condition:
            case All(parts):
                return join_and(map(self.condition, parts))
            case AnyOf(parts):
                return join_or(map(self.condition, parts))
            case Not(part):
                sql, parameters = self.condition(part)
                return f"({sql}) IS NOT TRUE", parameters
            case Leaf(field, test):
                return join_or(self.source(source, test) for source in field.sources)

    def source(self, source: Source, test: Test) -> Sql:
        """One place where the field is."""
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
        """The user has words, or the words of the test begin some of them."""
        if isinstance(test, Exists):
            return f"{self.columns[source.column]} <> ''", ()
        assert isinstance(test, BeginsWords), MISMATCH
        words = test.words[:MAX_WORDS]
        return self.begins_words(source, words) if words else ALWAYS_FALSE

    def connection(self, condition: Sql) -> Sql:
        """Accounts of the connections that fit."""
        sql, parameters = condition
        ids = f"SELECT id FROM {CONNECTION_TABLE} WHERE {sql}"  # noqa: S608
        return f"{self.columns['connection_id']} {self.one_of.format(ids)}", parameters

    # Columns

    def column(self, source: Column, test: Test) -> Sql:
        """A column, or a part of its text."""
        column = self.columns[source.name]
        match test:
            case Flag(value):
                return (column, ()) if value else (f"NOT {column}", ())
            case DatetimeBetween(low, high):
                return self.between(column, low and self.moment(low), high and self.moment(high), True, False)
            case NumberBetween(low, high, includes_low, includes_high):
                # Nobody's count is shown as 0: the profile then lacks it.
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
        # What is true of the whole column besides lets its index serve.
        hint = _hint(source.part, test)
        of_part = self.text(self.part(column, source.part), test)
        return of_part if hint is None else join_and([self.text(column, hint), of_part])

    def plain(self, name: str) -> str:
        """The column as text."""
        return self.columns[name]

    def text(self, column: str, test: TextTest) -> Sql:
        """Text compared by code points."""
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
        """Within the two ends, None for an open one."""
        parts: list[Sql] = []
        if low is not None:
            parts.append((f"{column} {'>=' if includes_low else '>'} %s", (low,)))
        if high is not None:
            parts.append((f"{column} {'<=' if includes_high else '<'} %s", (high,)))
        return join_and(parts or [(f"{column} IS NOT NULL", ())])

    # Indexed keys

    def indexed(self, key: IndexedKey, test: Test, found: Sql) -> Sql:
        """What `found` finds, in a form that the indexes of the key serve: among the values that
        stand in order, or else among the others, of other types or in lists."""
        if not can_use_index(key.kind, test) or (self.has_value_index and isinstance(test, Equals | Flag)):
            return found
        record_key_use(key)
        column, path = self.columns[key.document], tuple(key.path)
        in_order = self._indexed_test(key.kind, self.ordered(column, path, key.kind), test, found)
        is_other = self.is_true.format(self.other_value_expression(column, path, key.kind)), ()
        others = join_and([is_other, found])
        # An OR with what is never true would keep SQLite from its index.
        return others if in_order is ALWAYS_FALSE else join_or([in_order, others])

    def _indexed_test(self, kind: str, value: str, test: Test, found: Sql) -> Sql:
        """The value passes the test, by the very expression that the index holds."""
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

    # What each database does its own way

    @abstractmethod
    def ordered(self, column: str, path: tuple[str, ...], kind: str) -> str:
        """The value at the path, which leads through objects alone, where it is of that kind; else
        NULL. Of text as much as stands in an index. An index is known by its text, so the path is
        no parameter."""

    @abstractmethod
    def other_value_expression(self, column: str, path: tuple[str, ...], kind: str) -> str:
        """There is another value at the path, or a list on the way."""

    @abstractmethod
    def by_code_points(self, column: str) -> str:
        """The column, ordered by code points."""

    @abstractmethod
    def like(self, column: str, pieces: tuple[str, ...]) -> Sql:
        """The pieces in turn, anything between them; case matters."""

    @abstractmethod
    def begins_words(self, source: Words, words: tuple[Spellings, ...]) -> Sql:
        """Each of the words, one or more, begins a word of the user by one of its spellings, which are
        letters, digits and #."""

    @abstractmethod
    def part(self, column: str, part: Part) -> str:
        """A part of the column's text."""

    @abstractmethod
    def number(self, number: Any) -> Any:
        """A number as parameter."""

    @abstractmethod
    def json(self, column: str, path: tuple[str, ...], test: Test, is_list: bool) -> Sql:
        """Some value at the path passes the test. A list stands for its items, and a list within a
        list for its own; a third level is not looked into."""


def _hint(part: Part, test: TextTest) -> TextTest | None:
    """What the whole column fits where the part passes the test."""
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
    """Each of the parts."""
    return _join(" AND ", list(parts), ALWAYS_TRUE)


def join_or(parts: Iterable[Sql]) -> Sql:
    """Any of the parts."""
    return _join(" OR ", list(parts), ALWAYS_FALSE)


def _join(word: str, parts: list[Sql], empty: Sql) -> Sql:
    if len(parts) < 2:
        return parts[0] if parts else empty
    sql = word.join(f"({sql})" for sql, _ in parts)
    return sql, tuple(parameter for _, parameters in parts for parameter in parameters)
