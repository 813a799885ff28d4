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

from users.metadata.documents import JSON, Document
from users.metadata.errors import MetadataError, Path, format_path
from users.metadata.schema_messages import explain
from users.metadata.schema_source import PATTERN_OPTIONS, BadSchema, prepare, resolve_pointer

_ENGINE_GAVE_UP = (
    jsonschema_rs.ValidationErrorKind.BacktrackLimitExceeded,
    jsonschema_rs.ValidationErrorKind.RegexEngineFailure,
)


# Problems reported of one document; listing more takes seconds and helps no user.
MAX_PROBLEMS = 100


class SchemaError(MetadataError):
    """A write would make something newly invalid. `problems` holds the first MOST_PROBLEMS; the message
    is that of the first."""

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
        prepared = prepare(source)
        self.source: dict[str, Any] = prepared.prepared
        # What of it is not checked, and why: a sentence each, which names the place.
        self.warnings = tuple(prepared.warnings)
        self._patterns = prepared.patterns
        self._validator = _validator(self.source)
        self.properties: dict[str, Any] = self._properties()
        # The keys the schema knows, and those of them that their owners may not write.
        self.names = frozenset(self.properties)
        self.read_only = frozenset(
            name
            for name, part in self.properties.items()
            if self.resolve_reference(part).get("readOnly") is True
        )

    def resolve_reference(self, part: JSON) -> dict[str, Any]:
        """`part` with a `$ref` at its top replaced by what it leads to, the part's own words
        winning. Empty for `true`, `false` and for references that go round in a circle."""
        seen: set[str] = set()
        while isinstance(part, dict) and "$ref" in part:
            reference = part["$ref"]
            if reference in seen:
                return {}
            seen.add(reference)
            rest = {key: value for key, value in part.items() if key != "$ref"}
            target = resolve_pointer(self.source, reference)
            part = {**target, **rest} if isinstance(target, dict) else target
        return part if isinstance(part, dict) else {}

    def problems(self, value: Document) -> Iterator[Problem]:
        """Everything `value` breaks, in the schema's order. Ends at the first text that takes the engine
        of patterns too long, so that a document full of them costs no more than one."""
        for error in self._validator.iter_errors(value):
            for facts in explain(error, self._patterns):
                yield Problem(*facts)
            if isinstance(error.kind, _ENGINE_GAVE_UP):
                break

    def new_problems(self, before: Document | None, after: Document | None) -> list[Problem]:
        """What `after` breaks that `before` did not, up to MOST_PROBLEMS. None counts as empty."""
        known: Counter[tuple[Path, str]] | None = None
        new: list[Problem] = []
        for problem in self.problems(after or {}):
            if known is None:
                known = Counter(problem.identity for problem in self.problems(before or {}))
            if known[problem.identity]:
                known[problem.identity] -= 1
                continue
            new.append(problem)
            if len(new) == MAX_PROBLEMS:
                break
        return new

    def check(self, document: str, before: Document | None, after: Document | None) -> None:
        """Raises SchemaError where the step from `before` to `after` breaks something anew."""
        new = self.new_problems(before, after)
        if new:
            raise SchemaError(document, new)

    def _properties(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        top = self.resolve_reference(self.source)
        for part in (*(self.resolve_reference(inner) for inner in top.get("allOf", ())), top):
            found |= part.get("properties", {})
        return found


def _validator(source: dict[str, Any]) -> Any:
    # Formats are ignored unless asked for.
    try:
        return jsonschema_rs.validator_for(
            source, validate_formats=True, pattern_options=PATTERN_OPTIONS, retriever=_refuse_remote_reference
        )
    except jsonschema_rs.ValidationError as error:
        place = format_path(tuple(error.instance_path))
        raise BadSchema(f"{place}: {error.message}" if place else error.message) from None
    except ValueError as error:  # references and meta-schemas that do not exist, half characters
        raise BadSchema(str(error).partition("\n")[0]) from None


def _refuse_remote_reference(address: str) -> Any:
    raise ValueError(f"{address} is elsewhere; nothing is fetched")
