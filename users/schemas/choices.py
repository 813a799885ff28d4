"""The values that a schema offers for one key, in its order."""

from __future__ import annotations

import json
from typing import Any

from users.metadata.documents import JSON
from users.schemas.current import get_schema

# A value and its name for users.
Choice = tuple[JSON, str]


def schema_part(document: str, path: tuple[str, ...]) -> dict[str, Any]:
    """What the document's schema says of the key at the path; empty where it says nothing."""
    schema = get_schema(document)
    if schema is None:
        return {}
    part = schema.resolve_reference(schema.source)
    for key in path:
        properties = part.get("properties")
        part = schema.resolve_reference(properties.get(key) if isinstance(properties, dict) else None)
    return part


def schema_choices(part: dict[str, Any]) -> list[Choice]:
    """The selectable values with their titles: of `enum`, or of `oneOf` or `anyOf` with a `const` each; none
    where the schema leaves the value open."""
    titled = part.get("oneOf") or part.get("anyOf") or ()
    if titled and all(isinstance(one, dict) and "const" in one for one in titled):
        return [(one["const"], _title(one) or _to_text(one["const"])) for one in titled]
    return [(value, _to_text(value)) for value in part.get("enum", ())]


def _title(part: dict[str, Any]) -> str:
    title = part.get("title")
    return title if isinstance(title, str) else ""


def _to_text(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value)
