"""The description of one method of one path, from which permissions, validation and OpenAPI derive."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from users.representation.schema import Schema, closed_object
from users.representation.validation import Checker

# The schema of the empty response `{}`.
EMPTY_OBJECT: Schema = closed_object({})


@dataclass(frozen=True)
class Operation:
    """One HTTP method of a path.

    `scopes`: any one permits the call, and one that is several words requires all of them; None means that no
    token is needed. `query` and `body` are closed schemas. `answers` maps a status to its description;
    `schema` describes the success.
    """

    summary: str
    scopes: tuple[str, ...] | None
    success: int
    schema: Schema | None = None
    query: dict[str, Schema] = field(default_factory=dict)
    required_query: tuple[str, ...] = ()
    body: Schema | None = None
    # Content types that the body may have.
    media_types: tuple[str, ...] = ("application/json", "application/x-www-form-urlencoded")
    # An example body for the OpenAPI document, where a generated one would be misleading.
    example: Any = None
    # Advice added to the error for unknown fields of the body.
    unknown_advice: str = ""
    answers: dict[int, str] = field(default_factory=dict)
    has_etag: bool = False
    # Headers of the successful response in addition to the common ones.
    headers: tuple[str, ...] = ()

    # `HasScope` and the routing of unencoded ids both ask this, before any user is looked up.
    def is_open_to(self, scopes: frozenset[str]) -> bool:
        """Whether a token with these scopes may call it."""
        return any(scopes.issuperset(choice.split()) for choice in self.scopes or ())

    # Compiled once for each operation: compiling takes longer than validating.
    @cached_property
    def query_checker(self) -> Checker:
        """The validator of the query string, whose values are converted by schema first."""
        return Checker(closed_object(self.query, required=self.required_query))

    @cached_property
    def body_checker(self) -> Checker:
        """The validator of the body."""
        return Checker(self.body or {})
