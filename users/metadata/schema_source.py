"""Prepare a JSON Schema for its validator: resolve references and translate patterns.

References within the schema may use its own `$id`s and anchors; they become JSON pointers. Patterns are
ECMAScript's; they become the validator's. A pattern that cannot be translated is left out, with a warning:
the service must start with the schemas that teams have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

import jsonschema_rs

from users.metadata.documents import JSON, type_name
from users.metadata.errors import Path, format_path
from users.metadata.limits import depth
from users.metadata.patterns import InvalidPattern, UnsupportedPattern, translate

MAX_DEPTH = 64
# Backtracking steps of one match before it is given up, about a millisecond (ReDoS). Only patterns with
# look-around or back-references backtrack; all others take linear time.
BACKTRACK_LIMIT = 50_000
# Bytes of one compiled pattern. Repeats of larger ones are counted instead (see `patterns.translate`).
_COMPILED_SIZE = 2 * 1024 * 1024
PATTERN_OPTIONS = jsonschema_rs.FancyRegexOptions(backtrack_limit=BACKTRACK_LIMIT, size_limit=_COMPILED_SIZE)

# Keywords that contain values, not schemas: what looks like a `$ref` in there is data.
_VALUES = ("const", "enum", "default", "examples")
# Keywords that contain schemas by names which the author chose: what looks like a keyword there is a name.
_NAMED = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies")
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
# Keywords that depend on all patterns of `patternProperties` being known.
_REST = ("additionalProperties", "unevaluatedProperties")


class BadSchema(ValueError):
    """The schema is not usable. The text says where and why."""


@dataclass
class SchemaSource:
    """A schema as the validator needs it, and what messages need from the original."""

    prepared: dict[str, Any]
    # The author's pattern by its translation, for messages.
    patterns: dict[str, str] = field(default_factory=dict)
    # What was left out, a sentence each, beginning with the path.
    warnings: list[str] = field(default_factory=list)


def prepare(original: JSON) -> SchemaSource:
    """Return the schema as the validator needs it. Raises BadSchema where it is not an object, is nested
    deeper than MAX_DEPTH, refers to another document, or has an invalid pattern."""
    if not isinstance(original, dict):
        raise BadSchema(f"a schema must be an object, not {type_name(original)}")
    if depth(original, give_up_at=MAX_DEPTH + 1) > MAX_DEPTH:
        raise BadSchema(f"nested deeper than {MAX_DEPTH} levels")
    source = SchemaSource(_resolve_references(original))
    source.prepared = _transform(source.prepared, lambda part, path: _translate_patterns(source, part, path))
    return source


def resolve_pointer(source: JSON, reference: str) -> JSON:
    """The part that a JSON pointer refers to; an empty schema where it refers to nothing."""
    found = source
    for step in reference.removeprefix("#").split("/")[1:]:
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        else:
            return {}
    return found


# --- References ---


def _resolve_references(original: dict[str, Any]) -> dict[str, Any]:
    """Return a copy in which each `$ref` is a JSON pointer from the top."""
    id_key = "id" if "draft-04" in str(original.get("$schema")) else "$id"
    bases: dict[Path, str] = {}
    places: dict[str, Path] = {}
    for path, part in _subschemas(original):
        base = _base(bases, path)
        if isinstance(part.get(id_key), str):
            base, fragment = urldefrag(urljoin(base, part[id_key]))
            bases[path] = base
            places[f"{base}#{fragment}"] = path
        for anchor in ("$anchor", "$dynamicAnchor"):
            if isinstance(part.get(anchor), str):
                places[f"{base}#{part[anchor]}"] = path
    bases.setdefault((), "")
    places.setdefault(f"{bases[()]}#", ())

    def resolve(part: dict[str, Any], path: Path) -> dict[str, Any]:
        # An inner base URI would change what the pointers are relative to.
        changed = {key: value for key, value in part.items() if not path or key != id_key}
        for key in _REFERENCES:
            if key in part:
                changed[key] = _pointer(part[key], (*path, key), _base(bases, path), places)
        return changed

    resolved: dict[str, Any] = _transform(original, resolve)
    return resolved


def _base(bases: dict[Path, str], path: Path) -> str:
    """Return the base URI in force at `path`: that of the nearest schema around it with an id."""
    around = (path[:length] for length in range(len(path), -1, -1))
    return next((bases[place] for place in around if place in bases), "")


def _pointer(reference: JSON, path: Path, base: str, places: dict[str, Path]) -> str:
    if isinstance(reference, str):
        uri, fragment = urldefrag(urljoin(base, reference))
        if f"{uri}#{fragment}" in places:
            return _spell_pointer(places[f"{uri}#{fragment}"])
        if f"{uri}#" in places and (not fragment or fragment.startswith("/")):
            return _spell_pointer(places[f"{uri}#"]) + fragment
    raise BadSchema(
        f"{format_path(path)}: only references within the schema, like '#/$defs/name' or its own $id,"
        " are followed"
    )


def _spell_pointer(path: Path) -> str:
    return "#" + "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


# --- Patterns ---


def _translate_patterns(source: SchemaSource, part: dict[str, Any], path: Path) -> dict[str, Any]:
    changed = dict(part)
    if isinstance(part.get("pattern"), str):
        translation = _translate_or_warn(source, part["pattern"], (*path, "pattern"))
        if translation is None:
            del changed["pattern"]
        else:
            changed["pattern"] = translation
    if isinstance(part.get("patternProperties"), dict):
        _translate_names(source, changed, path)
    return changed


def _translate_names(source: SchemaSource, part: dict[str, Any], path: Path) -> None:
    """Translate the names of `patternProperties`. Where one is left out, so are the rules for other keys,
    which cannot be distinguished without it."""
    translated: dict[str, Any] = {}
    for name, inner in part["patternProperties"].items():
        translation = _translate_or_warn(source, name, (*path, "patternProperties", name))
        if translation is None:
            for rest in _REST:
                part.pop(rest, None)
        elif translation in translated:
            translated[translation] = {"allOf": [translated[translation], inner]}
        else:
            translated[translation] = inner
    part["patternProperties"] = translated


def _translate_or_warn(source: SchemaSource, pattern: str, path: Path) -> str | None:
    """Return a translation that the engine takes; None, with a warning, where there is none."""
    reason = "the engine cannot compile it"
    for count_repeats in (False, True):
        try:
            translation = translate(pattern, count_repeats=count_repeats)
        except UnsupportedPattern as error:
            reason = str(error)
            break
        except InvalidPattern as error:
            raise BadSchema(
                f"{format_path(path)}: {pattern} is not a pattern of ECMAScript: {error}"
            ) from None
        if _compiles(translation):
            source.patterns[translation] = pattern
            return translation
    source.warnings.append(f"{format_path(path)}: the pattern {pattern} is not checked, since {reason}")
    return None


def _compiles(translation: str) -> bool:
    try:
        jsonschema_rs.validator_for({"pattern": translation}, pattern_options=PATTERN_OPTIONS)
    except (ValueError, jsonschema_rs.ValidationError):
        return False
    return True


# --- Walking ---


def _subschemas(part: JSON, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield every schema in a schema, the outer before the inner, with its path."""
    if isinstance(part, dict):
        yield path, part
        for key, inner in part.items():
            if key in _NAMED and isinstance(inner, dict):
                for name, named in inner.items():
                    yield from _subschemas(named, (*path, key, name))
            elif key not in _VALUES:
                yield from _subschemas(inner, (*path, key))
    elif isinstance(part, list):
        for position, inner in enumerate(part):
            yield from _subschemas(inner, (*path, position))


def _transform(part: JSON, change: Callable[[dict[str, Any], Path], dict[str, Any]], path: Path = ()) -> Any:
    """Return a copy with `change` applied to every schema in a schema, the inner before the outer."""
    if isinstance(part, list):
        return [_transform(inner, change, (*path, position)) for position, inner in enumerate(part)]
    if not isinstance(part, dict):
        return part
    copy: dict[str, Any] = {}
    for key, inner in part.items():
        if key in _VALUES:
            copy[key] = inner
        elif key in _NAMED and isinstance(inner, dict):
            copy[key] = {name: _transform(named, change, (*path, key, name)) for name, named in inner.items()}
        else:
            copy[key] = _transform(inner, change, (*path, key))
    return change(copy, path)
