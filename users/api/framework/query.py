"""Parse the query string by its schema."""

from __future__ import annotations

import re
from typing import Any

from django.http import QueryDict

from users.api.framework.operation import Operation
from users.api.framework.problem import Problem
from users.representation.schema import Schema
from users.representation.validation import FieldError

BOOLEANS = {"true": True, "false": False}


def read_query(operation: Operation, given: QueryDict) -> dict[str, Any]:
    """Return the values by name, defaults filled in; a list may be repeated or comma-separated.

    Unknown and repeated parameters are errors: a misspelt filter that is ignored would return all rows.
    Raises
    Problem 400 `invalid_query_string`.
    """
    try:
        values = {
            name: _parse_value(name, operation.query.get(name, {}), given.getlist(name)) for name in given
        }
        operation.query_checker.check(values)
    except FieldError as error:
        raise Problem(400, f"Query validation error: {error}", "invalid_query_string") from None
    defaults = {name: schema["default"] for name, schema in operation.query.items() if "default" in schema}
    return {**defaults, **values}


def single_value(name: str, values: list[Any]) -> Any:
    """Return the only value of a parameter. Raises FieldError where it is repeated, as in JSON bodies."""
    if len(values) > 1:
        raise FieldError(name, f"Given {len(values)} times; keep one")
    return values[0]


def _parse_value(name: str, schema: Schema, texts: list[str]) -> Any:
    if schema.get("type") == "array":
        return [part for text in texts for part in text.split(",")]
    return coerce_to_schema(schema, single_value(name, texts))


def coerce_to_schema(schema: Schema, text: str) -> Any:
    """Convert the text to the type of the schema.

    Text that cannot be converted is returned unchanged, for the validator to refuse with its message.
    """
    # Longer numbers stay text for the validator to refuse: int() raises beyond 4,300 digits, and the
    # databases' integers have 64 bits.
    if schema.get("type") == "integer" and re.fullmatch(r"-?[0-9]{1,18}", text):
        return int(text)
    if schema.get("type") == "boolean":
        return BOOLEANS.get(text, text)
    return text
