"""Errors in a query: always where and why."""

from __future__ import annotations


class QueryError(ValueError):
    """A query is refused. `column` counts from 1; `reason` is a sentence for the user, often with the fix."""

    def __init__(self, column: int, reason: str) -> None:
        self.column = column
        self.reason = reason
        super().__init__(f"column {column}: {reason}")


class ParseError(QueryError):
    """The text is not valid in the language."""


class TooComplex(QueryError):
    """The query is valid, but exceeds a limit."""
