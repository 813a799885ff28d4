"""The names of the two documents, and the types of their values."""

from __future__ import annotations

from typing import Any

type_names = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}

# A JSON value: dict, list, str, bool, int, float or None.
JSON = Any
# A document: a JSON object, whose keys have no order (jsonb stores none).
Document = dict[str, JSON]

USER_METADATA = "user_metadata"
APP_METADATA = "app_metadata"
DOCUMENTS = (USER_METADATA, APP_METADATA)


def type_name(value: JSON) -> str:
    """The JSON name of the value's type, as error texts use it; Python's where it has none."""
    return type_names.get(type(value), type(value).__name__)
