"""Errors in queries that are syntactically correct."""

from __future__ import annotations

from users.lucene.errors import QueryError
from users.lucene.nodes import Name


class SearchError(QueryError):
    """A field or a value that makes no sense in its place."""


class UnknownField(SearchError):
    """There is no such field. `near` are similar names, the likeliest first."""

    def __init__(self, name: Name, near: tuple[str, ...], reason: str) -> None:
        super().__init__(name.column, reason)
        self.name = name
        self.near = near


class SearchTimeout(Exception):
    """The search exceeded its time limit."""
