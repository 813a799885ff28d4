"""Messages for violations of a schema, as plain sentences. Values are written as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from users.metadata.documents import JSON, type_name
from users.metadata.errors import Path, format_path
from users.metadata.time_zones import suggest_time_zone

Kind = jsonschema_rs.ValidationErrorKind

# Messages are shown in forms and logs: longer ones are shortened.
_MOST_LISTED = 12
_MOST_CHARACTERS = 60
_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
_FORMATS = {
    "email": "an email address",
    "uri": "a full URL, like https://example.com/",
    "date": "a date, like 2026-05-03",
    "time": "a time with its zone, like 09:30:00Z",
    "date-time": "a date and time, like 2026-05-03T09:30:00Z",
}
_SENTENCES = {
    "minLength": "must have at least {limit} characters",
    "maxLength": "must have at most {limit} characters",
    "minItems": "must have at least {limit} items",
    "maxItems": "must have at most {limit} items",
    "minProperties": "must have at least {limit} keys",
    "maxProperties": "must have at most {limit} keys",
    "minimum": "must be at least {limit}",
    "maximum": "must be at most {limit}",
    "exclusiveMinimum": "must be more than {limit}",
    "exclusiveMaximum": "must be less than {limit}",
    "multipleOf": "must be a multiple of {multiple_of}",
    "const": "must be {expected_value}",
    "uniqueItems": "must not contain the same item twice",
    "falseSchema": "is not allowed; remove it",
}


def explain(
    error: jsonschema_rs.ValidationError, patterns: Mapping[str, str]
) -> Iterator[tuple[Path, str, str]]:
    """Yield path, sentence and broken keyword of each problem that `error` reports.

    `patterns` gives the author's spelling of the patterns that the validator knows.
    """
    path, rule = tuple(error.instance_path), error.kind.name
    facts = error.kind.as_dict()
    # Reported at the missing key, where a form can show the message.
    if rule in ("required", "dependentRequired"):
        yield (*path, facts["property"]), "is required; enter a value", rule
    elif rule in ("additionalProperties", "unevaluatedProperties"):
        for name in facts["unexpected"]:
            yield (*path, name), "is not a key of the schema; remove it", rule
    else:
        yield path, _sentence(error, facts, patterns), rule


def list_values(values: list[JSON]) -> str:
    """`"free", "full", null`, shortened where there are many."""
    listed = ", ".join(spell_value(value) for value in values[:_MOST_LISTED])
    return listed + (", and others" if len(values) > _MOST_LISTED else "")


def spell_value(value: JSON) -> str:
    """The value as JSON, shortened where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"


def list_allowed(error: jsonschema_rs.ValidationError) -> list[JSON] | None:
    """Return the values that `enum`, `const`, or a choice between those, allows in the place of `error`;
    None where it allows others too."""
    match error.kind:
        case Kind.Enum():
            return list(error.kind.options)
        case Kind.Constant():
            return [error.kind.expected_value]
        case Kind.OneOfNotValid() | Kind.AnyOf():
            choices = [_list_branch(branch, error) for branch in error.kind.context]
            return None if None in choices else [value for choice in choices for value in choice or ()]
    return None


def _list_branch(
    branch: list[jsonschema_rs.ValidationError], parent: jsonschema_rs.ValidationError
) -> list[JSON] | None:
    """Return the values that one of several schemas allows for the whole; None where they are not listed."""
    for error in branch:
        allowed = list_allowed(error) if error.instance_path == parent.instance_path else None
        if allowed is not None:
            return allowed
    return None


def _sentence(
    error: jsonschema_rs.ValidationError, facts: dict[str, Any], patterns: Mapping[str, str]
) -> str:
    allowed = list_allowed(error)
    if allowed is not None:
        return f"must be {'one of ' if len(allowed) > 1 else ''}{list_values(allowed)}"
    match error.kind:
        case Kind.BacktrackLimitExceeded() | Kind.RegexEngineFailure():
            return "takes too long to compare with the schema's pattern; shorten it"
        case Kind.Pattern():
            return f"must match the pattern {patterns.get(facts['pattern'], facts['pattern'])}"
        case Kind.Type():
            expected = " or ".join(_TYPES.get(name, name) for name in facts["types"])
            return f"must be {expected}, not {_TYPES[type_name(error.instance)]}"
        case Kind.Format() if facts["format"] == "time-zone":
            return _explain_time_zone(error.instance)
        case Kind.Format():
            return f"must be {_FORMATS.get(facts['format'], 'of the format ' + facts['format'])}"
        case Kind.OneOfMultipleValid():
            return "fits more than one of the forms of which the schema allows exactly one"
        case Kind.OneOfNotValid(context=branches) | Kind.AnyOf(context=branches):
            return _explain_branches(error, branches, patterns)
    template = _SENTENCES.get(error.kind.name)
    if template is None:
        return f"breaks the schema's rule {spell_value(error.kind.name)}"
    return template.format(**{name: spell_value(fact) for name, fact in facts.items()})


def _explain_time_zone(value: JSON) -> str:
    near = suggest_time_zone(value) if isinstance(value, str) else None
    hint = f"; the closest is {near}" if near else ", such as Europe/Berlin"
    return f"must be a time zone of the IANA database{hint}"


def _explain_branches(
    error: jsonschema_rs.ValidationError,
    branches: list[list[jsonschema_rs.ValidationError]],
    patterns: Mapping[str, str],
) -> str:
    """Say for the first few forms why each does not fit."""
    reasons = []
    # More would not help to find which form was meant.
    for branch in branches[:3]:
        path, reason, _ = next(explain(branch[0], patterns))
        inside = path[len(error.instance_path) :]
        reasons.append(f"{format_path(inside)} {reason}" if inside else reason)
    more = "; or others" if len(branches) > 3 else ""
    return f"fits no form that the schema allows: {'; or '.join(reasons)}{more}"
