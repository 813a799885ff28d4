"""Compile a query: look its fields up, and turn its values into tests by the type of the field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial
from operator import attrgetter

from users.lucene import nodes
from users.lucene.nodes import Name, Pattern, Query, Range, Value, Word
from users.metadata.documents import DOCUMENTS, USER_METADATA
from users.metadata.tally import KINDS as JSON_TYPES
from users.metadata.words import Spellings, split_typed_words
from users.querying.errors import SearchError, UnknownField
from users.querying.kinds import Kind
from users.querying.values import (
    as_boolean,
    as_date_prefix,
    as_number,
    as_period,
    prefix_upper_bound,
    to_datetime_range,
)
from users.search.conditions import (
    ALL_USERS,
    NO_USERS,
    All,
    AnyOf,
    BeginsWords,
    Condition,
    DatetimeBetween,
    Equals,
    Exists,
    Flag,
    HasType,
    Leaf,
    Like,
    Not,
    NumberBetween,
    OneOf,
    Test,
    TextBetween,
    map_ends,
)
from users.search.searchable_fields import (
    CONTAINERS,
    DEFAULT_FIELDS,
    FIELDS,
    TYPE_PREFIX,
    UNSEARCHABLE,
    Column,
    Field,
    find_field,
    suggest_field,
)


def to_condition(query: Query, *, strict: bool = False) -> Condition:
    """The condition of a query. Raises SearchError.

    `strict`: an unknown field matches no user, and user_metadata accepts neither wildcards nor ranges, as
    with Auth0.
    """
    match query:
        case nodes.Everything():
            return ALL_USERS
        case nodes.Not(part):
            return Not(to_condition(part, strict=strict))
        case nodes.And(parts):
            return All(tuple(_merge_word_tests(to_condition(part, strict=strict) for part in parts)))
        case nodes.Or(parts):
            return AnyOf(tuple(_merge_text_tests(to_condition(part, strict=strict) for part in parts)))
        case nodes.Exists(name):
            field = _field(name, strict)
            if field is not None and field.kind is Kind.TYPE:
                raise SearchError(name.column, f"every value has a type; write _exists_:{name.path[1]}.key")
            return NO_USERS if field is None else Leaf(field, Exists())
        case nodes.Match(name, value):
            if name is None:
                # A word without a field means any of the usual fields, as with Auth0.
                return AnyOf(tuple(_leaf(FIELDS[each], each, value) for each in DEFAULT_FIELDS))
            field = _field(name, strict)
            if field is None:
                return NO_USERS
            _check_value(field, name, value, strict)
            return _leaf(field, str(name), value)


def _merge_word_tests(conditions: Iterable[Condition]) -> Iterator[Condition]:
    """Merge tests of words in an AND into one, since the word index intersects them in one look-up."""
    words: dict[Spellings, None] = {}
    for condition in conditions:
        match condition:
            case Leaf(_, BeginsWords(more)) if more:
                words |= dict.fromkeys(more)
            case _:
                yield condition
    if words:
        yield Leaf(FIELDS["words"], BeginsWords(tuple(words)))


def _merge_text_tests(conditions: Iterable[Condition]) -> Iterator[Condition]:
    """Merge tests of one column for equality in an OR into one list: databases limit the number of
    conditions in an OR, and look up a list at once."""
    texts: dict[Field, list[str]] = {}
    for condition in conditions:
        match condition:
            case Leaf(Field(sources=(Column(part=None, unless=(), given=()),)) as field, Equals(text)):
                texts.setdefault(field, []).append(text)
            case _:
                yield condition
    for field, alternatives in texts.items():
        several = len(alternatives) > 1
        yield Leaf(field, OneOf(tuple(alternatives)) if several else Equals(alternatives[0]))


def _field(name: Name, strict: bool) -> Field | None:
    found = find_field(name.path)
    # Auth0 has no such field.
    if strict and name.path[0] == TYPE_PREFIX:
        return None
    # Auth0 has no error for an unknown field. By default we do: a misspelt field would silently find no user.
    if found is not None or strict:
        return found
    # A field of the profile that exists: "there is no field" would be confusing.
    if str(name) in UNSEARCHABLE:
        raise SearchError(name.column, f"{name} cannot be searched by")
    reason = f"there is no field {name}"
    near = suggest_field(name.path)
    if near:
        raise UnknownField(name, (near,), f"{reason}; did you mean {near}?")
    keys = tuple(f"{document}.{name}" for document in DOCUMENTS)
    raise UnknownField(name, keys, f"{reason}; a key of metadata is {' or '.join(keys)}")


def _check_value(field: Field, name: Name, value: Value, strict: bool) -> None:
    if str(name) in CONTAINERS:
        raise SearchError(name.column, f"{name} is no value; name something within it, as in {name}.key")
    if strict and field.document == USER_METADATA and not isinstance(value, Word):
        reason = "neither wildcards nor ranges are supported on user_metadata"
        raise SearchError(value.column, reason)


def _leaf(field: Field, name: str, value: Value) -> Leaf:
    return Leaf(field, _TESTS[field.kind](name, value))


# One function a kind: what the value asks of a field that holds such values


def _text(name: str, value: Value) -> Test:
    match value:
        case Word(text):
            return Equals(text)
        case Pattern(pieces):
            return Like(pieces)
        case Range(low, high, includes_low, includes_high):
            first, last = map_ends(attrgetter("text"), low, high)
            return TextBetween(first, last, includes_low, includes_high)


def _flag(name: str, value: Value) -> Test:
    flag = as_boolean(value.text) if isinstance(value, Word) else None
    if flag is None:
        raise SearchError(value.column, f"{name} is true or false")
    return Flag(flag)


def _number(name: str, value: Value) -> Test:
    match value:
        case Word():
            number = _number_of(name, value)
            return NumberBetween(number, number, True, True)
        case Range(low, high, includes_low, includes_high):
            least, most = map_ends(partial(_number_of, name), low, high)
            return NumberBetween(least, most, includes_low, includes_high)
    raise SearchError(value.column, f"{name} is a number, which takes no wildcard; use a range")


def _number_of(name: str, word: Word) -> Decimal:
    number = as_number(word.text)
    if number is None:
        raise SearchError(word.column, f"{name} is a number")
    return number


def _moment(name: str, value: Value) -> Test:
    match value:
        case Word() | Range():
            return DatetimeBetween(*to_datetime_range(value, partial(_period_of, name)))
    raise SearchError(value.column, f"{name} is a date, which takes no wildcard; write 2026-03, or a range")


def _period_of(name: str, word: Word) -> tuple[datetime, datetime]:
    period = as_period(word.text)
    if period is None:
        reason = f"{name} is a date: 2026, 2026-03, 2026-03-04 or 2026-03-04T10:00:00Z"
        raise SearchError(word.column, reason)
    return period


def _words(name: str, value: Value) -> Test:
    match value:
        case Word(text) | Pattern((text, "")):
            return BeginsWords(tuple(dict.fromkeys(split_typed_words(text))))
    reason = (
        f"{name} takes words, each of which begins one of the user's; neither a range nor other wildcards"
    )
    raise SearchError(value.column, reason)


def _type(name: str, value: Value) -> Test:
    if isinstance(value, Word) and value.text in JSON_TYPES:
        return HasType(value.text)
    raise SearchError(value.column, f"{name} is {', '.join(JSON_TYPES[:-1])} or {JSON_TYPES[-1]}")


def _any(name: str, value: Value) -> Test:
    match value:
        case Word(text):
            # The language has no types: `1` finds the number 1 and the text "1".
            return Equals(text, as_number(text), as_boolean(text))
        case Pattern(pieces):
            return Like(pieces)
        case Range(low, high, includes_low, includes_high):
            numbers = tuple(_bare_number(end) for end in (low, high) if end is not None)
            # In metadata `[1 TO 5]` compares numbers, and `["1" TO "5"]` or `[a TO b]` text.
            if None not in numbers:
                least, most = map_ends(_bare_number, low, high)
                return NumberBetween(least, most, includes_low, includes_high)
            return _dates(low, high, includes_low, includes_high)


def _bare_number(word: Word) -> Decimal | None:
    return None if word.is_quoted else as_number(word.text)


def _dates(low: Word | None, high: Word | None, includes_low: bool, includes_high: bool) -> TextBetween:
    """Compare dates in metadata as text, where a date stands for every time that begins with it."""
    first, last = map_ends(attrgetter("text"), low, high)
    low_date, high_date = first and as_date_prefix(first), last and as_date_prefix(last)
    if low_date:
        first, includes_low = (low_date, True) if includes_low else (prefix_upper_bound(low_date), True)
    if high_date:
        last, includes_high = (prefix_upper_bound(high_date), False) if includes_high else (high_date, False)
    return TextBetween(first, last, includes_low, includes_high)


_TESTS = {
    Kind.TEXT: _text,
    Kind.NAME: _text,
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.DATETIME: _moment,
    Kind.WORDS: _words,
    Kind.TYPE: _type,
    Kind.ANY: _any,
}
