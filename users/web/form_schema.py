"""From JSON Schema to what django-jsonform draws: its own dialect, of one plain type a field.

What it cannot draw is left out, and so are the rules that it would judge wrongly or apply by
changing values (`default`, `const`): the server judges, the form only draws.
"""

from __future__ import annotations

import json
import re
from typing import Any

from users.metadata.schema import Schema

# A dict of the form library's dialect.
FormSchema = dict[str, Any]

# Objects within objects; beyond it (or in a schema that refers to itself) is JSON mode.
MAX_DEPTH = 6
# What the library's inputs call those formats that they do not spoil.
FORMATS = {"email": "email", "uri": "url", "date": "date"}
SCALARS = ("string", "integer", "number", "boolean")
# The library joins paths by "§", takes what looks like a number for a position, and asks its
# data for `hasOwnProperty`.
_UNSUPPORTED_NAME = re.compile(r"\s*|.*§.*|\s*[+-]?(\d|\.\d|Infinity).*|__proto__|hasOwnProperty", re.DOTALL)


def build_form_schema(schema: Schema) -> FormSchema | None:
    """The form of a whole document; None where nothing of it can be drawn."""
    top = {**schema.resolve_reference(schema.source), "properties": schema.properties}
    return _object(schema, {key: top[key] for key in ("properties", "required") if key in top}, 0)


def title_of(schema: Schema | None, key: str) -> str:
    """What people call a key of the document."""
    part = schema.resolve_reference(schema.properties.get(key)) if schema else {}
    return _get_text(part, "title") or _humanize(key)


def _field(schema: Schema, part: Any, name: str, level: int) -> FormSchema | None:
    part = schema.resolve_reference(part)
    kind, is_nullable = _kind(part)
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
    """The one type a field has besides null, and whether null is one; None where it has several."""
    named = part.get("type")
    types = set(named if isinstance(named, list) else [named] if named else [])
    is_nullable = "null" in types
    types -= {"null"}
    if not types and "properties" in part:
        types = {"object"}
    if not types:
        types = {_type_of(value) for value, _ in _choices(part)} - {"null"}
    kind = types.pop() if len(types) == 1 else None
    return (kind if kind in (*SCALARS, "object", "array") else None), is_nullable


def _object(schema: Schema, part: dict[str, Any], level: int) -> FormSchema | None:
    properties = part.get("properties")
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
    if items is None or items["type"] == "array":
        return None
    items.pop("title")
    field = {"type": "array", "items": items}
    if "choices" in items and part.get("uniqueItems") is True:
        field["widget"] = "multiselect"
    return field


def _scalar(part: dict[str, Any], kind: str) -> FormSchema | None:
    field: FormSchema = {"type": kind}
    choices = [(value, title) for value, title in _choices(part) if value is not None]
    if choices and kind != "boolean":
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
    hint = part.get("placeholder", part.get("default"))
    if hint not in (None, "") and kind != "boolean" and not isinstance(hint, dict | list):
        field["placeholder"] = _to_text(hint)
    return field


def _choices(part: dict[str, Any]) -> list[tuple[Any, str]]:
    """Values on offer with their titles: `enum`, or `oneOf` with a `const` each."""
    titled = part.get("oneOf") or part.get("anyOf") or ()
    if titled and all(isinstance(one, dict) and "const" in one for one in titled):
        return [(one["const"], _get_text(one, "title") or _to_text(one["const"])) for one in titled]
    return [(value, _to_text(value)) for value in part.get("enum", ())]


def _type_of(value: Any) -> str:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
    return names.get(type(value), "")


def _get_text(part: dict[str, Any], key: str) -> str:
    value = part.get(key)
    return value if isinstance(value, str) else ""


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _humanize(name: str) -> str:
    """`date_of_birth` as "Date of birth"."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
