"""Limits of one query, so that a hostile one stays cheap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from users.lucene.errors import TooComplex
from users.lucene.nodes import And, Exists, Match, Not, Or, Query, Word


@dataclass(frozen=True)
class Limits:
    """`length` is in characters, enough for 1,000 ids (a URL carries a quarter of that). `terms` are
    single comparisons; exact values of the fields `value_fields` in an OR count as `values` instead.
    `depth` counts nested parentheses and negations, `pieces` the parts between the stars of a wildcard,
    and `path` the parts between the dots of a field, as many as the deepest document has. `leading` is how
    many terms may begin with a star, `literal` how many consecutive characters such a term needs.

    Source of `literal`: Auth0 docs, "User search query syntax".
    """

    length: int = 64 * 1024
    terms: int = 100
    values: int = 1000
    value_fields: frozenset[str] = frozenset({"user_id", "email"})
    depth: int = 20
    pieces: int = 6
    path: int = 32
    leading: int = 5
    literal: int = 3

    @property
    def all_terms(self) -> int:
        """The most terms of any kind."""
        return self.terms + self.values

    def too_many(self, column: int) -> TooComplex:
        """The error for the first term beyond the limits."""
        values = f"{self.values} more that are ids or emails in one OR"
        return TooComplex(column, f"a query has at most {self.terms} terms, and {values}")


DEFAULT = Limits()


def check_terms(query: Query, limits: Limits) -> None:
    """Raises TooComplex at the first term beyond the limits."""
    terms = values = 0
    # In the order of the text, so that the error points at the first term too many.
    for column, is_value in sorted(_terms(query, limits)):
        if is_value:
            values += 1
        else:
            terms += 1
        if terms > limits.terms or values > limits.values:
            raise limits.too_many(column)


def _terms(query: Query, limits: Limits, *, in_or: bool = False) -> Iterator[tuple[int, bool]]:
    """The column of each term, and whether it is an exact value in an OR."""
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _terms(part, limits, in_or=isinstance(query, Or))
        case Not(part):
            yield from _terms(part, limits)
        case Match(name, value):
            is_listed = name is not None and str(name) in limits.value_fields
            yield value.column, in_or and is_listed and isinstance(value, Word)
        case Exists():
            yield query.column, False
