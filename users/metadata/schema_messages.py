"""Messages for violations of a schema, as plain sentences. Values are written as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Any

import jsonschema_rs

from users.metadata.documents import JSON, type_name
from users.metadata.errors import Path, format_path
from users.metadata.messages import Message, gettext_noop, join_messages
from users.metadata.time_zones import suggest_time_zone

Kind = jsonschema_rs.ValidationErrorKind

# Messages are shown in forms and logs: longer ones are shortened.
_MOST_LISTED = 12
_MOST_CHARACTERS = 60
_TYPES = {
    "string": gettext_noop("text"),
    "number": gettext_noop("a number"),
    "integer": gettext_noop("a whole number"),
    "boolean": gettext_noop("true or false"),
    "object": gettext_noop("an object"),
    "array": gettext_noop("a list"),
    "null": gettext_noop("null"),
}
_FORMATS = {
    "email": gettext_noop("an email address"),
    "uri": gettext_noop("a full URL, like https://example.com/"),
    "date": gettext_noop("a date, like 2026-05-03"),
    "time": gettext_noop("a time with its zone, like 09:30:00Z"),
    "date-time": gettext_noop("a date and time, like 2026-05-03T09:30:00Z"),
}
_SENTENCES = {
    "minLength": gettext_noop("must have at least %(limit)s characters"),
    "maxLength": gettext_noop("must have at most %(limit)s characters"),
    "minItems": gettext_noop("must have at least %(limit)s items"),
    "maxItems": gettext_noop("must have at most %(limit)s items"),
    "minProperties": gettext_noop("must have at least %(limit)s keys"),
    "maxProperties": gettext_noop("must have at most %(limit)s keys"),
    "minimum": gettext_noop("must be at least %(limit)s"),
    "maximum": gettext_noop("must be at most %(limit)s"),
    "exclusiveMinimum": gettext_noop("must be more than %(limit)s"),
    "exclusiveMaximum": gettext_noop("must be less than %(limit)s"),
    "multipleOf": gettext_noop("must be a multiple of %(multiple_of)s"),
    "const": gettext_noop("must be %(expected_value)s"),
    "uniqueItems": gettext_noop("must not contain the same item twice"),
    "falseSchema": gettext_noop("is not allowed; remove it"),
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
        yield (*path, facts["property"]), Message("is required; enter a value"), rule
    elif rule in ("additionalProperties", "unevaluatedProperties"):
        for name in facts["unexpected"]:
            yield (*path, name), Message("is not a key of the schema; remove it"), rule
    else:
        yield path, _sentence(error, facts, patterns), rule


def list_values(values: list[JSON]) -> str:
    """`"free", "full", null`, shortened where there are many."""
    listed = ", ".join(spell_value(value) for value in values[:_MOST_LISTED])
    return Message("%(values)s, and others", values=listed) if len(values) > _MOST_LISTED else listed


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
        if len(allowed) == 1:
            return Message("must be %(value)s", value=spell_value(allowed[0]))
        return Message("must be one of %(values)s", values=list_values(allowed))
    match error.kind:
        case Kind.BacktrackLimitExceeded() | Kind.RegexEngineFailure():
            return Message("takes too long to compare with the schema's pattern; shorten it")
        case Kind.Pattern():
            pattern = patterns.get(facts["pattern"], facts["pattern"])
            return Message("must match the pattern %(pattern)s", pattern=pattern)
        case Kind.Type():
            expected = _join_or(Message(_TYPES.get(name, name)) for name in facts["types"])
            found = Message(_TYPES[type_name(error.instance)])
            return Message("must be %(type)s, not %(found)s", type=expected, found=found)
        case Kind.Format() if facts["format"] == "time-zone":
            return _explain_time_zone(error.instance)
        case Kind.Format():
            name = facts["format"]
            if name not in _FORMATS:
                return Message("must be of the format %(format)s", format=name)
            return Message("must be %(value)s", value=Message(_FORMATS[name]))
        case Kind.OneOfMultipleValid():
            return Message("fits more than one of the forms of which the schema allows exactly one")
        case Kind.OneOfNotValid(context=branches) | Kind.AnyOf(context=branches):
            return _explain_branches(error, branches, patterns)
    template = _SENTENCES.get(error.kind.name)
    if template is None:
        return Message("breaks the schema's rule %(rule)s", rule=spell_value(error.kind.name))
    return Message(template, **{name: spell_value(fact) for name, fact in facts.items()})


def _explain_time_zone(value: JSON) -> str:
    near = suggest_time_zone(value) if isinstance(value, str) else None
    if near is None:
        return Message("must be a time zone of the IANA database, such as Europe/Berlin")
    return Message("must be a time zone of the IANA database; the closest is %(zone)s", zone=near)


def _explain_branches(
    error: jsonschema_rs.ValidationError,
    branches: list[list[jsonschema_rs.ValidationError]],
    patterns: Mapping[str, str],
) -> str:
    """Say for the first few forms why each does not fit."""
    reasons: list[str] = []
    # More would not help to find which form was meant.
    for branch in branches[:3]:
        path, reason, _ = next(explain(branch[0], patterns))
        inside = path[len(error.instance_path) :]
        reasons.append(join_messages(" ", (format_path(inside), reason)) if inside else reason)
    if len(branches) > 3:
        reasons.append(Message("others"))
    either = reduce(lambda one, other: Message("%(one)s; or %(other)s", one=one, other=other), reasons)
    return Message("fits no form that the schema allows: %(reasons)s", reasons=either)


def _join_or(messages: Iterable[str]) -> str:
    return reduce(lambda one, other: Message("%(one)s or %(other)s", one=one, other=other), messages)
