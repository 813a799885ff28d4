"""Validate path parameters."""

from __future__ import annotations

from typing import Any

from users.api.framework.problem import Problem
from users.representation.schema import Schema
from users.representation.validation import Checker, FieldError

_checkers: dict[str, Checker] = {}


def check_path(schemas: dict[str, Schema], given: dict[str, Any]) -> None:
    """Raise Problem 400 `invalid_uri` for a parameter that its schema refuses."""
    for name, schema in schemas.items():
        try:
            _checker(name, schema).check({name: given[name]})
        except FieldError as error:
            # `invalid_uri` is the code in recorded answers, also for what is an id elsewhere.
            raise Problem(400, f"Path validation error: {error}", "invalid_uri") from None


def _checker(name: str, schema: Schema) -> Checker:
    """Return the compiled validator of a schema, cached: compiling takes longer than validating."""
    key = f"{name} {schema}"
    if key not in _checkers:
        _checkers[key] = Checker({"type": "object", "properties": {name: schema}})
    return _checkers[key]
