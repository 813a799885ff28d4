"""Generate example values from schemas, for the OpenAPI document.

A field whose format cannot be guessed states its own under `examples`; a test validates all of them.
"""

from __future__ import annotations

from typing import Any

from users.representation.schema import Schema

_BY_FORMAT = {
    "email": "jane.doe@example.com",
    "uri": "https://example.com/",
    "date-time": "2026-03-04T10:00:00.000Z",
    "date": "2026-03-04",
}
_BY_TYPE = {"string": "text", "integer": 1, "number": 1, "boolean": True, "null": None}


def example(schema: Schema) -> Any:
    """Return a value that the schema allows: the first of a choice, every property of an object."""
    if "examples" in schema:
        return schema["examples"][0]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return example(schema[choice][0])
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = _first_type(schema)
    if kind == "object":
        return {name: example(inner) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [example(schema["items"])] if "items" in schema else []
    if kind == "string":
        return _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE["string"])
    if kind == "integer":
        # A zero would look like an empty answer.
        return schema.get("default", max(schema.get("minimum", 1), 1))
    return schema.get("default", _BY_TYPE[kind])


def _first_type(schema: Schema) -> str:
    kinds = schema.get("type", "object")
    return kinds if isinstance(kinds, str) else next(kind for kind in kinds if kind != "null")
