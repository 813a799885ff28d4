"""The tree of a query.

Each node knows where it stands: `start` and `end` are offsets as in a Python slice, and play no part
in comparing two trees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Node:
    """A stretch of the text."""

    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    @property
    def column(self) -> int:
        """Where it begins, counted from 1 as people do."""
        return self.start + 1


@dataclass(frozen=True)
class Name(Node):
    """A field: `("user_metadata", "address", "city")`."""

    path: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True)
class Word(Node):
    """One whole value, with nothing left to unescape."""

    text: str
    is_quoted: bool = False


@dataclass(frozen=True)
class Pattern(Node):
    """A wildcard, as what stands between its stars: `ja*` is `("ja", "")`. Two pieces at least."""

    pieces: tuple[str, ...]

    @property
    def is_leading(self) -> bool:
        """Whether it begins with a star, and so with anything."""
        return not self.pieces[0]


@dataclass(frozen=True)
class Range(Node):
    """Between two values, at most one of which is None: open at that end."""

    low: Word | None
    high: Word | None
    includes_low: bool = True
    includes_high: bool = True


Value = Word | Pattern | Range


@dataclass(frozen=True)
class Everything(Node):
    """`*:*`: all there is."""


@dataclass(frozen=True)
class Exists(Node):
    """`_exists_:name`: there is a value."""

    name: Name


@dataclass(frozen=True)
class Match(Node):
    """A field has a value; any of the usual fields where none is named."""

    name: Name | None
    value: Value


@dataclass(frozen=True)
class Not(Node):
    """All that the part does not find."""

    part: Query


@dataclass(frozen=True)
class And(Node):
    """What each of two or more parts finds."""

    parts: tuple[Query, ...]


@dataclass(frozen=True)
class Or(Node):
    """What any of two or more parts finds."""

    parts: tuple[Query, ...]


Query = Everything | Exists | Match | Not | And | Or


def terms(query: Query) -> Iterator[Exists | Match]:
    """The single comparisons, in the order of the text."""
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from terms(part)
        case Not(part):
            yield from terms(part)
        case Exists() | Match():
            yield query
