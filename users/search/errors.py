"""What can be wrong with a search whose text is of the language."""

from __future__ import annotations

from users.lucene.errors import QueryError


class SearchError(QueryError):
    """A field or a value makes no sense where it stands."""


class TooSlow(Exception):
    """The search took longer than it may."""
