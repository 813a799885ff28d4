"""What can be wrong with a query: always where and why."""

from __future__ import annotations


class QueryError(ValueError):
    """A query is refused. `column` counts from 1; `reason` is a sentence for people, in part what to
    do about it."""

    def __init__(self, column: int, reason: str) -> None:
        self.column = column
        self.reason = reason
        super().__init__(f"column {column}: {reason}")


class ParseError(QueryError):
    """The text is not of the language."""


class TooComplex(QueryError):
    """It is, but asks for more than one query may."""
