"""JSON Schema of a document: the keys it names, and the violations of a document.

A stored document may violate its schema: it may be older than the schema, or written by a client.
Therefore only violations that a write *introduces* are refused.
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
from users.metadata.time_zones import is_time_zone

_ENGINE_GAVE_UP = (
    jsonschema_rs.ValidationErrorKind.BacktrackLimitExceeded,
    jsonschema_rs.ValidationErrorKind.RegexEngineFailure,
)


# Problems reported of one document; listing more takes seconds and helps no user.
MAX_PROBLEMS = 100


class SchemaError(MetadataError):
    """A write would introduce violations. `problems` holds the first MAX_PROBLEMS; the message is that of
    the first."""

    def __init__(self, document: str, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(problems[0].path, problems[0].reason, document=document)


@dataclass(frozen=True)
class Problem:
    """One violation: a rule, and the path of the value that breaks it. `rule` distinguishes two rules
    broken at one path."""

    path: Path
    reason: str
    rule: str

    @property
    def identity(self) -> tuple[Path, str]:
        """The same before and after items of a list have moved, so that a reordered list introduces no
        violation."""
        return tuple("*" if isinstance(step, int) else step for step in self.path), self.rule


class Schema:
    """A usable schema. Immutable, to be cached and shared between threads."""

    def __init__(self, source: JSON) -> None:
        """Raises BadSchema."""
        prepared = prepare(source)
        self.source: dict[str, Any] = prepared.prepared
        # Parts of it that are not checked, and why: a sentence each, which names the path.
        self.warnings = tuple(prepared.warnings)
        self._patterns = prepared.patterns
        self._validator = _validator(self.source)
        self.properties: dict[str, Any] = self._properties()
        # The keys that the schema names, and those of them that users may not write themselves.
        self.names = frozenset(self.properties)
        self.read_only = frozenset(
            name
            for name, part in self.properties.items()
            if self.resolve_reference(part).get("readOnly") is True
        )

    def resolve_reference(self, part: JSON) -> dict[str, Any]:
        """`part` with a `$ref` at its top resolved; keywords next to the `$ref` take precedence. Empty for
        `true`, `false` and circular references."""
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
        """All violations of `value`, in the schema's order. Ends at the first text that takes the pattern
        engine too long, so that a document full of them costs no more than one (ReDoS)."""
        for error in self._validator.iter_errors(value):
            for facts in explain(error, self._patterns):
                yield Problem(*facts)
            if isinstance(error.kind, _ENGINE_GAVE_UP):
                break

    def new_problems(self, before: Document | None, after: Document | None) -> list[Problem]:
        """The violations of `after` that `before` did not have, up to MAX_PROBLEMS. None counts as empty."""
        known: Counter[tuple[Path, str]] | None = None
        new: list[Problem] = []
        for problem in self.problems(after or {}):
            # Only once there is a problem: most writes break nothing, and need one validation instead of two.
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
        """Raises SchemaError where the step from `before` to `after` introduces a violation."""
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
    # Formats are ignored by default.
    try:
        return jsonschema_rs.validator_for(
            source,
            validate_formats=True,
            formats={"time-zone": is_time_zone},
            pattern_options=PATTERN_OPTIONS,
            retriever=_refuse_remote_reference,
        )
    except jsonschema_rs.ValidationError as error:
        place = format_path(tuple(error.instance_path))
        raise BadSchema(f"{place}: {error.message}" if place else error.message) from None
    except ValueError as error:  # references and meta-schemas that do not exist, half characters
        raise BadSchema(str(error).partition("\n")[0]) from None


def _refuse_remote_reference(address: str) -> Any:
    """Never fetched: a schema's `$ref` could address the private network (SSRF), and the start would
    depend on another host."""
    raise ValueError(f"{address} is elsewhere; nothing is fetched")
