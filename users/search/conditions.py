"""Conditions: the form of a query between the language and the SQL of a database.

A condition is true or false, never unknown: a missing value passes no test, and so passes the negation of
each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from users.metadata.words import Spellings
from users.querying.values import prefix_upper_bound
from users.search.searchable_fields import Field, TextForm

End = TypeVar("End")
Converted = TypeVar("Converted")


@dataclass(frozen=True)
class Equals:
    """Equal to the text; in JSON also to the number or boolean that it may stand for."""

    text: str
    number: Decimal | None = None
    boolean: bool | None = None

    def apply_form(self, form: TextForm) -> Equals:
        return replace(self, text=form.whole(self.text))


@dataclass(frozen=True)
class OneOf:
    """Equal to one of the texts, for a column: compared at once, however many there are."""

    texts: tuple[str, ...]

    def apply_form(self, form: TextForm) -> OneOf:
        return OneOf(tuple(dict.fromkeys(map(form.whole, self.texts))))


@dataclass(frozen=True)
class Like:
    """Text that consists of the pieces in order, with anything between them."""

    pieces: tuple[str, ...]

    # A part of a text: an email's domain may be cut in the middle, which `whole` could not normalize.
    def apply_form(self, form: TextForm) -> Like:
        return Like(tuple(map(form.part, self.pieces)))


@dataclass(frozen=True)
class TextBetween:
    """Text in a range of code points; None for an open end."""

    low: str | None
    high: str | None
    includes_low: bool = True
    includes_high: bool = False

    def apply_form(self, form: TextForm) -> TextBetween:
        low, high = map_ends(form.part, self.low, self.high)
        return replace(self, low=low, high=high)


def map_ends(
    convert: Callable[[End], Converted], low: End | None, high: End | None
) -> tuple[Converted | None, Converted | None]:
    """Both ends of a range converted; None stays an open end."""
    return None if low is None else convert(low), None if high is None else convert(high)


def prefix_range(prefix: str) -> TextBetween:
    """Text with this prefix, as a range that a B-tree index serves."""
    return TextBetween(prefix, prefix_upper_bound(prefix))


@dataclass(frozen=True)
class NumberBetween:
    """A number in a range; None for an open end."""

    low: Decimal | None
    high: Decimal | None
    includes_low: bool
    includes_high: bool


@dataclass(frozen=True)
class DatetimeBetween:
    """A time from `low` until just before `high`; None for an open end."""

    low: datetime | None
    high: datetime | None


@dataclass(frozen=True)
class Flag:
    """A boolean of this value. In JSON also as text."""

    value: bool


@dataclass(frozen=True)
class Exists:
    """Has a value; in JSON anywhere below the path, and null is none."""


@dataclass(frozen=True)
class HasType:
    """A value of this JSON type; a list is an array, whatever its items are."""

    name: str


@dataclass(frozen=True)
class BeginsWords:
    """Each of the words is a prefix of a word, in any of its spellings. Without words it matches no user."""

    words: tuple[Spellings, ...]


TextTest = Equals | OneOf | Like | TextBetween | Exists
Test = TextTest | NumberBetween | DatetimeBetween | Flag | BeginsWords | HasType


@dataclass(frozen=True)
class Leaf:
    """Some value of the field passes the test."""

    field: Field
    test: Test


@dataclass(frozen=True)
class Not:
    """The part is false."""

    part: Condition


@dataclass(frozen=True)
class All:
    """Every part is true. Without parts: every user."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class AnyOf:
    """Some part is true. Without parts: no user."""

    parts: tuple[Condition, ...] = ()


Condition = Leaf | Not | All | AnyOf
# An AND of nothing is true, and an OR of nothing false: code that joins conditions needs no special cases.
ALL_USERS = All()
NO_USERS = AnyOf()


def leaves(condition: Condition) -> Iterator[Leaf]:
    """The tests, in order."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case Leaf():
            yield condition
