"""The syntax tree of a query.

Each node knows its position: `start` and `end` are offsets as in a Python slice, and are ignored when
trees are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Node:
    """A part of the text."""

    # Ignored in comparisons, so that a query can be compared with the same one typed elsewhere.
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    @property
    def column(self) -> int:
        """Its start, counted from 1."""
        return self.start + 1


@dataclass(frozen=True)
class Name(Node):
    """A field: `("user_metadata", "address", "city")`."""

    path: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True)
class Word(Node):
    """One value, with escapes resolved."""

    text: str
    is_quoted: bool = False


@dataclass(frozen=True)
class Pattern(Node):
    """A wildcard, as the pieces between its stars: `ja*` is `("ja", "")`. At least two pieces."""

    pieces: tuple[str, ...]

    @property
    def is_leading(self) -> bool:
        """Whether it begins with a star."""
        return not self.pieces[0]


@dataclass(frozen=True)
class Range(Node):
    """Between two values; None for an open end, at most one."""

    low: Word | None
    high: Word | None
    includes_low: bool = True
    includes_high: bool = True


Value = Word | Pattern | Range


@dataclass(frozen=True)
class Everything(Node):
    """`*:*`: all users."""


@dataclass(frozen=True)
class Exists(Node):
    """`_exists_:name`: the field has a value."""

    name: Name


@dataclass(frozen=True)
class Match(Node):
    """A field has a value; without a name any of the default fields."""

    name: Name | None
    value: Value


@dataclass(frozen=True)
class Not(Node):
    """The negation of the part."""

    part: Query


@dataclass(frozen=True)
class And(Node):
    """All of two or more parts."""

    parts: tuple[Query, ...]


@dataclass(frozen=True)
class Or(Node):
    """Any of two or more parts."""

    parts: tuple[Query, ...]


Query = Everything | Exists | Match | Not | And | Or


def terms(query: Query) -> Iterator[Exists | Match]:
    """The comparisons, in the order of the text."""
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from terms(part)
        case Not(part):
            yield from terms(part)
        case Exists() | Match():
            yield query
