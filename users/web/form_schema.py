"""Translate a JSON Schema into the dialect of django-jsonform, which knows one plain type per field.

What the library cannot draw is left out, and so are rules that it would judge wrongly or apply by
changing values (`default`, `const`): the server validates, the form only draws.
"""

from __future__ import annotations

import json
import re
from typing import Any

from users.metadata.errors import Path
from users.metadata.schema import Schema
from users.schemas.choices import schema_choices

# A schema in django-jsonform's dialect.
FormSchema = dict[str, Any]

# Levels of nested objects; deeper ones (or a schema that refers to itself) are edited as JSON.
MAX_DEPTH = 6
# The library's names of the formats whose inputs keep a value unchanged. (Its date-time input rewrites
# them to UTC, so those are drawn as text.)
FORMATS = {"email": "email", "uri": "url", "date": "date"}
SCALARS = ("string", "integer", "number", "boolean")
# The library joins paths by "§", takes what looks like a number for a position, and asks its
# data for `hasOwnProperty`.
_UNSUPPORTED_NAME = re.compile(r"\s*|.*§.*|\s*[+-]?(\d|\.\d|Infinity).*|__proto__|hasOwnProperty", re.DOTALL)


def build_form_schema(schema: Schema) -> FormSchema | None:
    """Return the form for a whole document; None where no part of it can be drawn."""
    top = {**schema.resolve_reference(schema.source), "properties": schema.properties}
    return _object(schema, {key: top[key] for key in ("properties", "required") if key in top}, 0)


def title_of(schema: Schema | None, key: str) -> str:
    """Return the display name of a document's key: the schema's title, or the key in words."""
    part = schema.resolve_reference(schema.properties.get(key)) if schema else {}
    return _get_text(part, "title") or _humanize(key)


def titles_along(schema: Schema | None, path: Path) -> str:
    """Return the display names along a path: `("links", 1, "url")` as "Links › 2 › Url"."""
    part: Any = {"properties": schema.properties} if schema else {}
    titles: list[str] = []
    for step in path:
        inner = part.get("items") if isinstance(step, int) else (part.get("properties") or {}).get(step)
        part = schema.resolve_reference(inner) if schema else {}
        # Users count from 1.
        titles.append(str(step + 1) if isinstance(step, int) else _get_text(part, "title") or _humanize(step))
    return " › ".join(titles)


def _field(schema: Schema, part: Any, name: str, level: int) -> FormSchema | None:
    part = schema.resolve_reference(part)
    kind, is_nullable = _kind(part)
    # The library has no union types, and it would write a `const` into the document on opening it.
    if kind is None or "const" in part:
        return None
    if kind == "object":
        field = _object(schema, part, level)
    elif kind == "array":
        field = _list(schema, part, level)
    else:
        field = _scalar(part, kind)
    if field is None:
        return None
    words = {"title": _get_text(part, "title") or _humanize(name)}
    note = _get_text(part, "helpText") or _get_text(part, "description")
    if note:
        words["description" if kind in ("object", "array") else "helpText"] = note
    if part.get("readOnly") is True:
        field["readOnly"] = True
    if is_nullable:
        field["nullable"] = True
    return {**field, **words}


def _kind(part: dict[str, Any]) -> tuple[str | None, bool]:
    """Return the single non-null type of a field and whether null is allowed; None for several types."""
    named = part.get("type")
    types = set(named if isinstance(named, list) else [named] if named else [])
    is_nullable = "null" in types
    types -= {"null"}
    if not types and "properties" in part:
        types = {"object"}
    # `enum` and `oneOf` often come without `type`: infer it from the values.
    if not types:
        types = {_type_of(value) for value, _ in schema_choices(part)} - {"null"}
    kind = types.pop() if len(types) == 1 else None
    return (kind if kind in (*SCALARS, "object", "array") else None), is_nullable


def _object(schema: Schema, part: dict[str, Any], level: int) -> FormSchema | None:
    properties = part.get("properties")
    # The limit also ends the recursion of a schema that refers to itself.
    if level > MAX_DEPTH or not isinstance(properties, dict):
        return None
    fields = {
        name: field
        for name, inner in properties.items()
        if not _UNSUPPORTED_NAME.fullmatch(name)
        and (field := _field(schema, inner, name, level + 1)) is not None
    }
    if not fields:
        return None
    required = [name for name in part.get("required", ()) if name in fields]
    return {"type": "object", "properties": fields, "required": required}


def _list(schema: Schema, part: dict[str, Any], level: int) -> FormSchema | None:
    inner = schema.resolve_reference(part.get("items"))
    items = _field(schema, inner, "", level + 1)
    # django-jsonform does not draw lists directly within lists.
    if items is None or items["type"] == "array":
        return None
    items.pop("title")
    field = {"type": "array", "items": items}
    if "choices" in items and part.get("uniqueItems") is True:
        field["widget"] = "multiselect"
    return field


def _scalar(part: dict[str, Any], kind: str) -> FormSchema | None:
    field: FormSchema = {"type": kind}
    choices = [(value, title) for value, title in schema_choices(part) if value is not None]
    if choices and kind != "boolean":
        # Choices travel as text; a mixed list would come back with changed types.
        if any(_type_of(value) != kind and kind != "number" for value, _ in choices):
            return None
        field["choices"] = [{"value": value, "title": title} for value, title in choices]
        return field
    if kind == "string":
        if part.get("format") in FORMATS:
            field["format"] = FORMATS[part["format"]]
        elif part.get("widget") == "textarea" or part.get("maxLength", 0) > 200:
            field["widget"] = "textarea"
    for rule in ("minimum", "maximum"):
        if kind in ("integer", "number") and rule in part:
            field[rule] = part[rule]
    # A default is shown as a hint only: filled in, saving an unrelated key would write it.
    hint = part.get("placeholder", part.get("default"))
    if hint not in (None, "") and kind != "boolean" and not isinstance(hint, dict | list):
        field["placeholder"] = _to_text(hint)
    return field


def _type_of(value: Any) -> str:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
    return names.get(type(value), "")


def _get_text(part: dict[str, Any], key: str) -> str:
    value = part.get(key)
    return value if isinstance(value, str) else ""


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _humanize(name: str) -> str:
    """Return `date_of_birth` as "Date of birth"."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
