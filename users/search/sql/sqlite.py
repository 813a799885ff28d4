"""SQLite: there is no index for JSON, so tests read each document with `json_each`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from django.db import connection

from users.metadata.words import Spellings
from users.models import IndexedKey
from users.models.word_index import FTS_TABLE
from users.search.conditions import (
    Equals,
    Exists,
    Flag,
    HasType,
    Like,
    NumberBetween,
    Test,
    TextBetween,
    map_ends,
)
from users.search.index_support import INDEXED_PREFIX_LENGTH
from users.search.searchable_fields import Part, Words
from users.search.sql.emitter import MISMATCH, Emitter, Sql, join_and, join_or

_PARTS = {
    Part.BEFORE_AT: "substr({0}, 1, instr({0}, '@') - 1)",
    Part.AFTER_AT: "substr({0}, instr({0}, '@') + 1)",
    Part.BEFORE_PIPE: "substr({0}, 1, instr({0}, '|') - 1)",
    Part.AFTER_PIPE: "substr({0}, instr({0}, '|') + 1)",
}
# Text that JSON never escapes, and integers that are never written with an exponent.
_PLAIN = re.compile(r"[A-Za-z0-9 _.:@|/+-]+")
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,14}")
# Characters that JSON escapes.
_ESCAPED = re.compile(r'["\\\x00-\x1f]')
_LARGEST = 2**63 - 1
# SQLite's names of JSON types.
_TYPE_NAMES = {
    "string": ("text",),
    "number": ("integer", "real"),
    "boolean": ("true", "false"),
    "object": ("object",),
    "array": ("array",),
    "null": ("null",),
}
# Thresholds of matches. Above the first, a page of a sorted list is found faster by scanning in order than by
# fetching and sorting all matches; above the second, counting the table is faster than counting by the word
# index.
MAX_MATCHES_ORDERED, MAX_MATCHES_COUNTED = 1000, 20_000


class SqliteEmitter(Emitter):
    """For version 3.38 and later."""

    unindexed = "+{}"
    # SQLite uses an index on an expression only in comparisons.
    is_true = "{} = 1"
    is_present = {IndexedKey.Kind.NUMBER: "{} >= -9e999", IndexedKey.Kind.TEXT: "{} >= ''"}
    has_value_index = False

    def by_code_points(self, column: str) -> str:
        return column

    def like(self, column: str, pieces: tuple[str, ...]) -> Sql:
        # GLOB and not LIKE, which ignores the case of ASCII letters.
        return f"{column} GLOB %s", ("*".join(re.sub(r"[*?\[]", r"[\g<0>]", piece) for piece in pieces),)

    def begins_words(self, source: Words, words: tuple[Spellings, ...]) -> Sql:
        query = " AND ".join(
            "({})".format(" OR ".join(f'"{spelling}"*' for spelling in spellings)) for spellings in words
        )
        if self._has_many_matches(query):
            column = self.columns[source.column]
            return join_and(
                join_or((f"instr({column}, %s) > 0", (f" {each}",)) for each in spellings)
                for spellings in words
            )
        found = f"SELECT rowid FROM {FTS_TABLE} WHERE {FTS_TABLE} MATCH %s"  # noqa: S608
        return f"{self.columns[source.key]} IN ({found})", (query,)

    def _has_many_matches(self, query: str) -> bool:
        """Whether the query has more matches than the threshold. Asked of the index, since SQLite has no
        statistics of words."""
        most = MAX_MATCHES_ORDERED if self.is_ordered else MAX_MATCHES_COUNTED
        found = f"SELECT 1 FROM {FTS_TABLE} WHERE {FTS_TABLE} MATCH %s LIMIT 1 OFFSET %s"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(found, (query, most))
            return cursor.fetchone() is not None

    def part(self, column: str, part: Part) -> str:
        return _PARTS[part].format(column)

    def number(self, number: Decimal) -> int | float:
        # SQLite reads integers beyond 64 bits as floating point, so the parameter must be one, too.
        is_whole = abs(number) <= _LARGEST and number == int(number)
        return int(number) if is_whole else float(number)

    def json(self, column: str, path: tuple[str, ...], test: Test, is_list: bool) -> Sql:
        walk = _JsonTraversal(column, is_list)
        for key in path:
            walk.enter_key(key)
        if isinstance(test, Exists):
            return walk.to_exists_below(bool(path))
        if isinstance(test, HasType):
            names = ", ".join(f"'{name}'" for name in _TYPE_NAMES[test.name])
            return walk.to_exists((f"{walk.type} IN ({names})", ()))
        walk.items()
        found = walk.to_exists(self._value(walk.type, walk.atom, test))
        if is_list:
            return found
        # A substring test first: it costs a fraction of parsing the document.
        hints = ((f"instr({column}, %s) > 0", (text,)) for text in _required_text(path, test))
        return join_and([*hints, found])

    def ordered(self, column: str, path: tuple[str, ...], kind: str) -> str:
        place = f"{column}, {_literal(path)}"
        if kind == IndexedKey.Kind.NUMBER:
            return f"(CASE WHEN json_type({place}) IN ('integer', 'real') THEN json_extract({place}) END)"
        text = f"substr(json_extract({place}), 1, {INDEXED_PREFIX_LENGTH})"
        return f"(CASE WHEN json_type({place}) = 'text' THEN {text} END)"

    def other_value_expression(self, column: str, path: tuple[str, ...], kind: str) -> str:
        ordered = ("integer", "real") if kind == IndexedKey.Kind.NUMBER else ("text",)
        types = ("integer", "real", "text", "true", "false", "object", "array")
        others = ", ".join(f"'{name}'" for name in types if name not in ordered)
        tests = [f"json_type({column}, {_literal(path[:end])}) = 'array'" for end in range(1, len(path))]
        tests.append(f"json_type({column}, {_literal(path)}) IN ({others})")
        return f"({' OR '.join(tests)})"

    def _value(self, kind: str, atom: str, test: Test) -> Sql:
        """A JSON scalar passes the test."""
        is_text = (f"{kind} = 'text'", ())
        is_number = (f"{kind} IN ('integer', 'real')", ())
        match test:
            case Equals(text, number, boolean):
                found = [join_and([is_text, (f"{atom} = %s", (text,))])]
                if number is not None:
                    found.append(join_and([is_number, (f"{atom} = %s", (self.number(number),))]))
                if boolean is not None:
                    found.append((f"{kind} = %s", (str(boolean).lower(),)))
                return join_or(found)
            case Flag(value):
                return f"{kind} = %s", (str(value).lower(),)
            case NumberBetween(low, high, includes_low, includes_high):
                least, most = map_ends(self.number, low, high)
                return join_and([is_number, self.between(atom, least, most, includes_low, includes_high)])
            case Like() | TextBetween():
                return join_and([is_text, self.text(atom, test)])
        raise AssertionError(MISMATCH)


def can_use_json_path(path: tuple[str, ...]) -> bool:
    """Whether a JSON path of SQLite finds the keys: it compares them as escaped in the JSON."""
    return not any(_ESCAPED.search(key) for key in path)


def _literal(path: tuple[str, ...]) -> str:
    """The path as a quoted literal in a statement with parameters."""
    spelt = "$" + "".join(f'."{key}"' for key in path)
    return "'{}'".format(spelt.replace("'", "''").replace("%", "%%"))


def _required_text(path: tuple[str, ...], test: Test) -> Iterator[str]:
    """Substrings that the text of a document, as `metadata.text.dump` writes it, contains wherever the
    test passes."""
    yield from (f'"{key}"' for key in path if _PLAIN.fullmatch(key))
    match test:
        case Equals(text, None, None) if _PLAIN.fullmatch(text):
            yield f'"{text}"'
        case Equals(text, number, boolean) if boolean is not None or (
            number is not None and _WHOLE.fullmatch(text)
        ):
            yield text


class _JsonTraversal:
    """A traversal of a document, as table functions joined in FROM.

    `type` and `value` are of what has been reached: an object, or the value of a key.
    """

    def __init__(self, column: str, is_list: bool) -> None:
        self.tables: list[str] = []
        self.conditions: list[Sql] = []
        self.object = column
        self.type = "'object'"
        self.value = column
        if is_list:
            self.tables.append(f"json_each({column}) e")
            self.object = self.value = "e.value"

    def enter_key(self, key: str) -> None:
        """Go to the values of the key in the objects reached. Keys are compared as values, since SQLite's
        JSON paths cannot express every key."""
        self.items()
        name = f"k{len(self.tables)}"
        self.tables.append(f"json_each({self.object}) {name}")
        self.conditions.append((f"{name}.key = %s", (key,)))
        self.type, self.value, self.atom = f"{name}.type", f"{name}.value", f"{name}.atom"
        self.is_open = True

    is_open = False

    def items(self) -> None:
        """Go to the items, where lists were reached, and to those of lists within."""
        if not self.is_open:
            return
        self.is_open = False
        name, kind = f"i{len(self.tables)}", self.type
        self.tables.append(f"json_tree(CASE {kind} WHEN 'array' THEN {self.value} ELSE '0' END) {name}")
        # No dot: not inside an object. At most two brackets: no third level of lists.
        self.conditions.append(
            (f"{name}.fullkey NOT GLOB '*.*' AND {name}.fullkey NOT GLOB '*[[]*[[]*[[]*'", ())
        )
        self.type = f"CASE {kind} WHEN 'array' THEN {name}.type ELSE {kind} END"
        self.value = f"CASE {kind} WHEN 'array' THEN {name}.value ELSE {self.value} END"
        self.atom = f"CASE {kind} WHEN 'array' THEN {name}.atom ELSE {self.atom} END"
        self.object = f"CASE {self.type} WHEN 'object' THEN {self.value} END"

    def to_exists(self, condition: Sql) -> Sql:
        """The condition holds for something reached."""
        sql, parameters = join_and([*self.conditions, condition])
        return f"EXISTS (SELECT 1 FROM {', '.join(self.tables)} WHERE {sql})", parameters  # noqa: S608

    def to_exists_below(self, is_key: bool) -> Sql:
        """There is a value at what was reached, or anywhere below."""
        below = (
            f"CASE WHEN {self.type} IN ('object', 'array') THEN {self.value}"
            f" WHEN {self.type} = 'null' THEN 'null' ELSE '0' END"
            if is_key
            else self.object
        )
        self.tables.append(f"json_tree({below}) b")
        return self.to_exists(("b.type NOT IN ('object', 'array', 'null')", ()))
