"""PostgreSQL: JSON by jsonpath, for which the GIN indexes of both documents serve equality."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from itertools import accumulate

from users.metadata.words import Spellings
from users.models import IndexedKey
from users.models.word_index import BEGINNINGS, MAX_BEGINNING
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
    Part.BEFORE_AT: "split_part({0}, '@', 1)",
    Part.AFTER_AT: "split_part({0}, '@', 2)",
    Part.BEFORE_PIPE: "split_part({0}, '|', 1)",
    Part.AFTER_PIPE: "substr({0}, strpos({0}, '|') + 1)",
}
_SCALARS = " || ".join(f'@.type() == "{name}"' for name in ("string", "number", "boolean"))


class PostgresqlEmitter(Emitter):
    """For version 13 and later.

    Paths are lax: a key looked up in a list is looked up in its items, and a comparison with a list
    compares its items. `[*]` adds one level to that.
    """

    # As an array the planner can use the index in an OR as well, which it cannot for a sub-query.
    one_of = "= ANY (ARRAY({}))"
    has_value_index = True

    def by_code_points(self, column: str) -> str:
        return f'{column} COLLATE "C"'

    def like(self, column: str, pieces: tuple[str, ...]) -> Sql:
        return f"{column} LIKE %s", ("%".join(re.sub(r"[%_\\]", r"\\\g<0>", piece) for piece in pieces),)

    def begins_words(self, source: Words, words: tuple[Spellings, ...]) -> Sql:
        column = self.columns[source.column]
        # A generated column of the same table, which the model does not have.
        beginnings = column.removesuffix(f'"{source.column}"') + BEGINNINGS
        query = " & ".join(
            "({})".format(" | ".join(f"'{spelling[:MAX_BEGINNING]}'" for spelling in spellings))
            for spellings in words
        )
        # The index has prefixes of limited length; what is longer is compared with the words themselves.
        longer = (spellings for spellings in words if max(map(len, spellings)) > MAX_BEGINNING)
        rest = (join_or((f"{column} LIKE %s", (f"% {each}%",)) for each in spellings) for spellings in longer)
        return join_and([(f"{beginnings} @@ %s::tsquery", (query,)), *rest])

    def part(self, column: str, part: Part) -> str:
        return _PARTS[part].format(column)

    def plain(self, name: str) -> str:
        column = self.columns[name]
        if name == "username":
            # With the collation of its index: the only column that is searched unfolded.
            return self.by_code_points(column)
        return f"host({column})" if name == "last_ip" else column

    def number(self, number: Decimal) -> Decimal:
        return number

    def json(self, column: str, path: tuple[str, ...], test: Test, is_list: bool) -> Sql:
        if isinstance(test, HasType):
            # Without `[*]` at the end, which would take a list for its items.
            place = "[*]".join(f".{json.dumps(key)}" for key in path)
            return f"{column} @@ %s::jsonpath", (f'${place}.type() == "{test.name}"',)
        place = ("$[*]" if is_list else "$") + "".join(f".{json.dumps(key)}[*]" for key in path)
        operator, text = self._path(place, test)
        return f"{column} {operator} %s::jsonpath", (text,)

    def ordered(self, column: str, path: tuple[str, ...], kind: str) -> str:
        # `->` with text looks up keys of objects only: `#>` would also index into lists.
        value = "".join((column, *(f" -> {_literal(key)}::text" for key in path)))
        if kind == IndexedKey.Kind.NUMBER:
            return f"(CASE WHEN jsonb_typeof({value}) = 'number' THEN ({value})::numeric END)"
        text = f"left(({value}) #>> '{{}}', {INDEXED_PREFIX_LENGTH})"
        return f"(CASE WHEN jsonb_typeof({value}) = 'string' THEN {text} END)"

    def other_value_expression(self, column: str, path: tuple[str, ...], kind: str) -> str:
        ordered = "number" if kind == IndexedKey.Kind.NUMBER else "string"
        others = [name for name in ("string", "number", "boolean", "object") if name != ordered]
        places = list(accumulate((f".{json.dumps(key)}" for key in path), initial="@"))[1:]
        tests = [f'{place}.type() == "array"' for place in places]
        tests += [f'{places[-1]}.type() == "{name}"' for name in others]
        # One operator, for which ANALYZE collects statistics.
        path_of_others = f"strict $ ? ({' || '.join(tests)})"
        return f"{column} @? {_literal(path_of_others)}::jsonpath"

    def _path(self, place: str, test: Test) -> tuple[str, str]:
        """An operator and the jsonpath to its right: `@@` for a predicate, `@?` for one that finds an
        item."""
        match test:
            case Equals(text, number, boolean):
                values = [json.dumps(text)]
                if number is not None:
                    values.append(str(number))
                if boolean is not None:
                    values.append(json.dumps(boolean))
                return "@@", " || ".join(f"{place} == {value}" for value in values)
            case Flag(value):
                return "@@", f"{place} == {json.dumps(value)}"
            case Like((first, "")):
                return "@@", f"{place} starts with {json.dumps(first)}"
            case Like(pieces):
                pattern = (
                    "^"
                    + ".*".join(re.sub(r"[.^$*+?()\[\]{}|\\]", r"\\\g<0>", piece) for piece in pieces)
                    + "$"
                )
                return "@@", f'{place} like_regex {json.dumps(pattern)} flag "s"'
            case NumberBetween(low, high, includes_low, includes_high):
                least, most = map_ends(str, low, high)
                return "@?", _range_filter(place, "number", least, most, includes_low, includes_high)
            case TextBetween(low, high, includes_low, includes_high):
                start, end = map_ends(json.dumps, low, high)
                return "@?", _range_filter(place, "string", start, end, includes_low, includes_high)
            case Exists():
                return "@?", f"{place}.** ? ({_SCALARS})"
        raise AssertionError(MISMATCH)


def _literal(text: str) -> str:
    """A quoted literal in a statement with parameters (so `%` is doubled), safe whatever
    `standard_conforming_strings` is."""
    quoted = text.replace("'", "''").replace("%", "%%")
    return "E'{}'".format(quoted.replace("\\", "\\\\")) if "\\" in text else f"'{quoted}'"


def _range_filter(
    place: str, kind: str, low: str | None, high: str | None, includes_low: bool, includes_high: bool
) -> str:
    """A filter, so that both ends apply to one and the same value; its type test also excludes nested
    lists."""
    parts = [f'@.type() == "{kind}"']
    if low is not None:
        parts.append(f"@ {'>=' if includes_low else '>'} {low}")
    if high is not None:
        parts.append(f"@ {'<=' if includes_high else '<'} {high}")
    return f"{place} ? ({' && '.join(parts)})"
