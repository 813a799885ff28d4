"""What a JSON Schema asks of a document: the keys it names, and what a document breaks of it.

A document may break its schema: it may be older than the schema, or written by a client that
knows better. Therefore only what a write makes *newly* invalid is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from users.metadata.documents import JSON, Document, type_name
from users.metadata.errors import MetadataError, Path, spell
from users.metadata.limits import depth

MAX_DEPTH = 64
# Where a schema holds values, not schemas: what looks like a `$ref` in there is none.
_VALUES = ("const", "enum", "default", "examples")
_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


class BadSchema(ValueError):
    """This is no schema that we can use. The text says where and why."""


class SchemaError(MetadataError):
    """A write would make something newly invalid. `problems` holds all of it, the first of
    which the error itself tells."""

    def __init__(self, document: str, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(problems[0].path, problems[0].reason, document=document)


@dataclass(frozen=True)
class Problem:
    """One rule that one place breaks. `rule` tells two rules broken at one place apart."""

    path: Path
    reason: str
    rule: str

    @property
    def identity(self) -> tuple[Path, str]:
        """The same before and after items of a list have moved."""
        return tuple("*" if isinstance(step, int) else step for step in self.path), self.rule


class Schema:
    """A schema that was found fit for use. Immutable, to be kept and shared between threads."""

    def __init__(self, source: JSON) -> None:
        """Raises BadSchema."""
        _check_source(source)
        self.source: dict[str, Any] = source
        self._validator = _validator(source)
        self.properties: dict[str, Any] = self._properties()
        # The keys the schema knows, and those of them that their owners may not write.
        self.names = frozenset(self.properties)
        self.read_only = frozenset(
            name for name, part in self.properties.items() if self.resolved(part).get("readOnly") is True
        )

    def resolved(self, part: JSON) -> dict[str, Any]:
        """`part` with a `$ref` at its top replaced by what it leads to, the part's own words
        winning. Empty for `true`, `false` and for references that go round in a circle."""
        seen: set[str] = set()
        while isinstance(part, dict) and "$ref" in part:
            reference = part["$ref"]
            if reference in seen:
                return {}
            seen.add(reference)
            rest = {key: value for key, value in part.items() if key != "$ref"}
            target = _look_up(self.source, reference)
            part = {**target, **rest} if isinstance(target, dict) else target
        return part if isinstance(part, dict) else {}

    def problems(self, value: Document) -> list[Problem]:
        """Everything `value` breaks, in the schema's order."""
        return [problem for error in self._validator.iter_errors(value) for problem in _problems_of(error)]

    def new_problems(self, before: Document | None, after: Document | None) -> list[Problem]:
        """What `after` breaks that `before` did not. None counts as empty."""
        broken = self.problems(after or {})
        if not broken:
            return []
        known = Counter(problem.identity for problem in self.problems(before or {}))
        new = []
        for problem in broken:
            if known[problem.identity]:
                known[problem.identity] -= 1
            else:
                new.append(problem)
        return new

    def check(self, document: str, before: Document | None, after: Document | None) -> None:
        """Raises SchemaError where the step from `before` to `after` breaks something anew."""
        new = self.new_problems(before, after)
        if new:
            raise SchemaError(document, new)

    def _properties(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        top = self.resolved(self.source)
        for part in (*(self.resolved(inner) for inner in top.get("allOf", ())), top):
            found |= part.get("properties", {})
        return found


def _check_source(source: JSON) -> None:
    if not isinstance(source, dict):
        raise BadSchema(f"a schema must be an object, not {type_name(source)}")
    if depth(source, give_up_at=MAX_DEPTH + 1) > MAX_DEPTH:
        raise BadSchema(f"nested deeper than {MAX_DEPTH} levels")
    for path, reference in _references(source):
        if not isinstance(reference, str) or not reference.startswith("#"):
            raise BadSchema(
                f"{spell(path)}: only references within the schema, like '#/$defs/name', are followed"
            )


def _validator(source: dict[str, Any]) -> Any:
    # The linear-time engine, since patterns meet whatever people type; and formats, which
    # are ignored unless asked for.
    try:
        return jsonschema_rs.validator_for(
            source,
            validate_formats=True,
            pattern_options=jsonschema_rs.RegexOptions(),
            retriever=_never_fetch,
        )
    except jsonschema_rs.ValidationError as error:
        place = spell(tuple(error.instance_path))
        raise BadSchema(f"{place}: {error.message}" if place else error.message) from None
    except ValueError as error:  # references and meta-schemas that do not exist, half characters
        raise BadSchema(str(error).partition("\n")[0]) from None


def _never_fetch(address: str) -> Any:
    raise ValueError(f"{address} is elsewhere; nothing is fetched")


def _references(part: JSON, path: Path = ()) -> Iterator[tuple[Path, JSON]]:
    if isinstance(part, dict):
        for key, inner in part.items():
            if key in ("$ref", "$dynamicRef", "$recursiveRef"):
                yield (*path, key), inner
            elif key not in _VALUES:
                yield from _references(inner, (*path, key))
    elif isinstance(part, list):
        for position, inner in enumerate(part):
            yield from _references(inner, (*path, position))


def _look_up(source: JSON, reference: str) -> JSON:
    """What a JSON pointer leads to; an empty schema for what the form need not follow."""
    found = source
    for step in reference.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        else:
            return {}
    return found


def _problems_of(error: jsonschema_rs.ValidationError) -> list[Problem]:
    path, rule = tuple(error.instance_path), error.kind.name
    facts = error.kind.as_dict()
    if rule in ("required", "dependentRequired"):
        return [Problem((*path, facts["property"]), "this is required; give it a value", rule)]
    if rule in ("additionalProperties", "unevaluatedProperties"):
        reason = "the schema knows no such key; remove it"
        return [Problem((*path, name), reason, rule) for name in facts["unexpected"]]
    return [Problem(path, _sentence(rule, facts, error), rule)]


def _sentence(rule: str, facts: dict[str, Any], error: jsonschema_rs.ValidationError) -> str:
    if rule == "type":
        wanted = " or ".join(_TYPES.get(name, name) for name in facts["types"])
        return f"must be {wanted}, not {_TYPES.get(type_name(error.instance), 'that')}"
    if rule == "enum":
        return f"must be one of {_listed(facts['options'])}"
    if rule == "format":
        return f"must be {_FORMATS.get(facts['format'], 'of the format ' + facts['format'])}"
    template = _SENTENCES.get(rule)
    if template is None:
        return f"breaks the schema's rule {rule!r}"
    return template.format(**facts)


_FORMATS = {
    "email": "an e-mail address",
    "uri": "a whole address, like https://example.com/",
    "date": "a date, like 2026-05-03",
    "time": "a time with its zone, like 09:30:00Z",
    "date-time": "a moment, like 2026-05-03T09:30:00Z",
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
    "pattern": "must match the pattern {pattern}",
    "const": "must be {expected_value}",
    "uniqueItems": "must not hold the same item twice",
    "falseSchema": "must not be there; remove it",
    "oneOf": "fits none, or more than one, of the shapes the schema allows",
    "anyOf": "fits none of the shapes the schema allows",
}


def _listed(options: list[JSON]) -> str:
    shown = [option if isinstance(option, str) else repr(option) for option in options[:12]]
    return ", ".join(shown) + (" and so on" if len(options) > len(shown) else "")
