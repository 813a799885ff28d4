"""What can be wrong with a search whose text is of the language."""

from __future__ import annotations

from users.lucene.errors import QueryError
from users.lucene.nodes import Name


class SearchError(QueryError):
    """A field or a value makes no sense where it stands."""


class UnknownField(SearchError):
    """There is no such field. `near` are names that may have been meant, the likeliest first."""

    def __init__(self, name: Name, near: tuple[str, ...], reason: str) -> None:
        super().__init__(name.column, reason)
        self.name = name
        self.near = near


class SearchTimeout(Exception):
    """The search took longer than it may."""
