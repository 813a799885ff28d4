"""Validate JSON against a schema and report errors in Auth0's words.

The texts are those of the validator that Auth0's recorded answers show.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs

from users.metadata.documents import type_name
from users.metadata.errors import escape_invisible, format_path
from users.metadata.schema_messages import Kind, list_allowed, list_values
from users.metadata.text import bad_characters
from users.metadata.time_zones import is_time_zone, suggest_time_zone
from users.representation.emails import is_email
from users.representation.fields import NAMES, WRITABLE
from users.representation.locales import is_language_tag
from users.representation.schema import Schema, closed_object

_INVISIBLE_CATEGORIES = ("Zs", "Zl", "Zp", "Cc", "Cf")
# Characters that are drawn as blanks although Unicode classes them as letters, symbols or marks.
_FILLERS = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
# RFC 3986, section 3.1.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
# Characters of a value or name, and number of names, that a message repeats: bodies may have 4 MiB.
_MAX_CHARACTERS = 200
_MAX_NAMES = 20


class RuleKind(StrEnum):
    """What kind of rule a value breaks: the keyword of JSON Schema that states it."""

    REQUIRED = "required"
    UNKNOWN = "additionalProperties"
    TYPE = "type"
    MIN_LENGTH = "minLength"
    MAX_LENGTH = "maxLength"
    PATTERN = "pattern"
    FORMAT = "format"
    ENUM = "enum"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    MIN_ITEMS = "minItems"
    MAX_ITEMS = "maxItems"
    OTHER = "other"


class FieldError(ValueError):
    """A value breaks a rule.

    `field` is its path as text, empty for the whole body; `rule` is the broken rule in Auth0's words
    and `kind` its kind;
    `description` says what the field is, `advice` which values are allowed.
    """

    def __init__(
        self,
        field: str,
        rule: str,
        description: str = "",
        advice: str = "",
        *,
        kind: RuleKind = RuleKind.OTHER,
    ) -> None:
        self.field = field
        self.rule = rule
        self.kind = kind
        self.description = description
        self.advice = advice
        super().__init__(str(self))

    def __str__(self) -> str:
        where = f" on property {self.field}" if self.field else ""
        what = f" ({self.description.rstrip('.')})" if self.description else ""
        advice = f" {self.advice}." if self.advice else ""
        return f"'{self.rule}'{where}{what}.{advice}"


class Checker:
    """A compiled schema. Formats and the contents of documents are validated by our own rules."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._validator = jsonschema_rs.Draft202012Validator(
            schema,
            validate_formats=True,
            # Our own rules in place of the library's, so that API, pages and import refuse the same values.
            formats={
                "email": is_email,
                "uri": _is_uri,
                "redirect-uri": _is_redirect_uri,
                "language-tag": is_language_tag,
                "time-zone": is_time_zone,
            },
            # The library would otherwise fetch a remote `$ref` over HTTP.
            retriever=_refuse_reference,
        )

    def check(self, value: Any) -> None:
        """Raise FieldError for the first broken rule."""
        # Auth0 also reports only the first error.
        for error in self._validator.iter_errors(_empty_documents(value)):
            raise _translate(error, self.schema)


@cache
def profile_checker() -> Checker:
    """Return the validator of root profile fields, compiled once."""
    return Checker(closed_object(WRITABLE))


def check_profile(fields: Mapping[str, Any]) -> None:
    """Raise FieldError unless each of these root fields may have its value."""
    for name, value in fields.items():
        # Before the schema: PostgreSQL cannot store NUL or lone surrogates, and the schema library fails on
        # the latter.
        if isinstance(value, str) and (reason := bad_characters(value) or _blank_reason(name, value)):
            raise FieldError(name, reason)
    profile_checker().check(dict(fields))


def _blank_reason(name: str, value: str) -> str | None:
    if value and name in NAMES and is_blank(value):
        return "String holds nothing but spaces; leave it out, or null removes it"
    return None


def is_blank(text: str) -> bool:
    """Whether nothing of the text is visible: only white space, control and format characters, fillers."""
    return all(unicodedata.category(c) in _INVISIBLE_CATEGORIES or c in _FILLERS for c in text)


def _empty_documents(value: Any) -> Any:
    """Return the value with both documents emptied.

    Their contents have rules of their own, and may hold integers too large for the validator, which is
    written in Rust.
    """
    if not isinstance(value, dict):
        return value
    return {
        name: {} if name in ("user_metadata", "app_metadata") and isinstance(inner, dict) else inner
        for name, inner in value.items()
    }


def _is_uri(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    # No `javascript:` or `data:`, since applications use these URLs as redirects and pictures.
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not any(map(str.isspace, text))


def _is_redirect_uri(text: str) -> bool:
    """A URL, or a URI of an application's own scheme, such as `com.example.shop:/callback`."""
    scheme, _, rest = text.partition(":")
    if scheme.lower() in ("http", "https"):
        return _is_uri(text)
    is_plain = rest.isprintable() and not any(map(str.isspace, rest))
    return bool(_SCHEME.fullmatch(scheme) and rest and is_plain)


def _refuse_reference(uri: str) -> Any:
    raise ValueError(f"reference to {uri} is not followed")


def _translate(error: jsonschema_rs.ValidationError, schema: Schema) -> FieldError:
    field = _field_schema(error, schema)
    # A refused password must not be repeated in an answer or a log.
    shown = "" if field.get("writeOnly") else f": {_format_value(error.instance)}"
    place = format_path(tuple(error.instance_path))
    return FieldError(
        place, _rule(error, shown), field.get("description", ""), _advice(error), kind=_kind(error)
    )


def _kind(error: jsonschema_rs.ValidationError) -> RuleKind:
    # Import errors have a code for enums and none for constants.
    name = "enum" if error.kind.name == "const" else error.kind.name
    try:
        return RuleKind(name)
    except ValueError:
        return RuleKind.OTHER


def _advice(error: jsonschema_rs.ValidationError) -> str:
    """Return the allowed values where the schema lists them; else why none of several alternatives fits."""
    allowed = list_allowed(error)
    if allowed is not None:
        return f"Allowed: {list_values(allowed)}"
    if isinstance(error.kind, Kind.Format) and error.kind.format == "time-zone":
        near = suggest_time_zone(str(error.instance))
        return f"The closest is {near}" if near else ""
    if not isinstance(error.kind, Kind.OneOfNotValid | Kind.AnyOf):
        return ""
    return "; or ".join(_rule_with_place(branch[0], error) for branch in error.kind.context)


def _rule_with_place(error: jsonschema_rs.ValidationError, parent: jsonschema_rs.ValidationError) -> str:
    inside = tuple(error.instance_path)[len(parent.instance_path) :]
    return _rule(error, "") + (f" on property {format_path(inside)}" if inside else "")


def _field_schema(error: jsonschema_rs.ValidationError, schema: Schema) -> Schema:
    """Return the description of the field with the error, or else of the nearest field around it."""
    said: Schema = {}
    for step in error.instance_path:
        inner = schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step)
        schema = inner or {}
        # Inherited by inner values, so that an error inside a write-only field never repeats its value.
        said |= {name: schema[name] for name in ("description", "writeOnly") if name in schema}
    return said


def _format_value(value: Any) -> str:
    """Return the value as JSON, a string without its quotes, shortened where it is long."""
    if isinstance(value, str):
        return escape_invisible(_shorten(value))
    return _shorten(json.dumps(value, ensure_ascii=False))


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_CHARACTERS else f"{text[:_MAX_CHARACTERS]}…"


def _rule(error: jsonschema_rs.ValidationError, shown: str) -> str:
    """Return Auth0's text for the kind of error. `shown` repeats the value, unless it is a secret."""
    value: Any = error.instance
    match error.kind:
        case Kind.Required(name):
            return f"Missing required property: {name}"
        case Kind.AdditionalProperties(unexpected):
            names = [_shorten(name) for name in unexpected[:_MAX_NAMES]]
            left_out = len(unexpected) - len(names)
            return f"Additional properties not allowed: {','.join(names)}" + (
                f" and {left_out} more" if left_out else ""
            )
        case Kind.Type(types):
            expected = next(name for name in types if name != "null")
            return f"Expected type {expected} but found type {type_name(value)}"
        case Kind.MinLength(limit):
            return f"String is too short ({len(value)} chars), minimum {limit}"
        case Kind.MaxLength(limit):
            return f"String is too long ({len(value)} chars), maximum {limit}"
        case Kind.Pattern(pattern):
            return f"String does not match pattern {pattern}{shown}"
        case Kind.Format(format):
            return f"Object didn't pass validation for format {format}{shown}"
        case Kind.Enum() | Kind.Constant():
            return f"No enum match for{shown}"
        case Kind.Minimum(limit):
            return f"Value {_format_value(value)} is less than minimum {limit}"
        case Kind.Maximum(limit):
            return f"Value {_format_value(value)} is greater than maximum {limit}"
        case Kind.MinItems(limit):
            return f"Array is too short ({len(value)}), minimum {limit}"
        case Kind.MaxItems(limit):
            return f"Array is too long ({len(value)}), maximum {limit}"
        case Kind.MinProperties(limit):
            return f"Too few properties defined ({len(value)}), minimum {limit}"
        case Kind.MaxProperties(limit):
            return f"Too many properties defined ({len(value)}), maximum {limit}"
        case Kind.UniqueItems():
            return f"Array items are not unique{_duplicate_items(value)}"
        case Kind.Not() | Kind.FalseSchema():
            return "Not supported"
        case Kind.OneOfNotValid() | Kind.OneOfMultipleValid():
            return "Data does not match any schemas from 'oneOf'"
    return error.message


def _duplicate_items(values: list[Any]) -> str:
    """Return the positions of the first two equal items."""
    places: dict[str, int] = {}
    for place, value in enumerate(values):
        first = places.setdefault(json.dumps(value, sort_keys=True), place)
        if first != place:
            return f" (indexes {first} and {place})"
    return ""  # 1 and 1.0, which JSON Schema calls equal
