"""What one method of one address does, said once: rights, checks and OpenAPI follow from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from users.representation.schema import Schema, closed_object
from users.representation.validation import Checker

# The answer `{}`.
EMPTY_OBJECT: Schema = closed_object({})


@dataclass(frozen=True)
class Operation:
    """`scopes`: any one opens it, and one that is several words asks for all of them; None means
    that nobody need sign in. `query` and `body`
    are closed schemas. `answers` maps a status to what it means; `schema` is that of success."""

    summary: str
    scopes: tuple[str, ...] | None
    success: int
    schema: Schema | None = None
    query: dict[str, Schema] = field(default_factory=dict)
    required_query: tuple[str, ...] = ()
    body: Schema | None = None
    # Of the body.
    media_types: tuple[str, ...] = ("application/json", "application/x-www-form-urlencoded")
    # A body for the OpenAPI document, where one made from the schema would not do.
    example: Any = None
    # Said to whoever sends a field that the body does not have.
    unknown_advice: str = ""
    answers: dict[int, str] = field(default_factory=dict)
    has_etag: bool = False
    # More headers of a success, besides those of every answer.
    headers: tuple[str, ...] = ()

    def is_open_to(self, scopes: frozenset[str]) -> bool:
        """Whether a token with these scopes may call it."""
        return any(scopes.issuperset(choice.split()) for choice in self.scopes or ())

    @cached_property
    def query_checker(self) -> Checker:
        """For the query string, its values read as the schema says."""
        return Checker(closed_object(self.query, required=self.required_query))

    @cached_property
    def body_checker(self) -> Checker:
        """For the body."""
        return Checker(self.body or {})
