"""The `fields` and `include_fields` parameters.

A name may lead into a document or object: `user_metadata.address.city`. A list on the way stands for its
items: `identities.connection`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from users.representation.schema import Schema

Path = tuple[str, ...]

_STEP = r"[^.,]+"


def fields_query(properties: dict[str, Schema], *, is_open: bool = False) -> dict[str, Schema]:
    """Return both parameters for the query schema of an operation that returns these properties.

    Only names that the response can contain are accepted; with `is_open`, other names without a dot are
    ignored.
    """
    names = _names_pattern(properties)
    # Auth0 ignores unknown names in these lists.
    one = rf"\s*({names}|[^.,]*)\s*" if is_open else f"({names})"
    return {
        "fields": {
            "type": "string",
            "pattern": f"^{one}(,{one})*$",
            "description": "Fields to include or to exclude, separated by commas.",
        },
        "include_fields": {
            "type": "boolean",
            "default": True,
            "description": "Whether `fields` are included or excluded.",
        },
    }


def select_fields(shown: dict[str, Any], query: dict[str, Any]) -> dict[str, Any]:
    """Apply a validated query: return only the named fields, or all but them.

    Without names everything is returned, whatever `include_fields` says.
    """
    names = [name.strip() for name in query.get("fields", "").split(",")]
    paths = [tuple(name.split(".")) for name in names if name]
    # Auth0 treats an empty `fields` as absent.
    if not paths:
        return shown
    return _keep_fields(shown, paths) if query.get("include_fields", True) else _drop_fields(shown, paths)


def _names_pattern(properties: dict[str, Schema]) -> str:
    """Return a regular expression for the names of, or paths into, these properties."""
    return "|".join(re.escape(name) + _nested_pattern(schema) for name, schema in properties.items())


def _nested_pattern(schema: Schema) -> str:
    inner = schema.get("items", schema)
    if "properties" in inner:
        return rf"(\.({_names_pattern(inner['properties'])}))?"
    return rf"(\.{_STEP})*" if inner.get("type") == "object" else ""


def _keep_fields(shown: dict[str, Any], paths: Iterable[Path]) -> dict[str, Any]:
    """Return the named part; what is missing, or has nothing of that name inside, is left out."""
    part = {}
    for name, inner, below in _group_by_name(shown, paths):
        if () in below:
            part[name] = inner
        elif isinstance(inner, dict):
            part[name] = _keep_fields(inner, below)
        elif isinstance(inner, list):
            part[name] = [
                some for item in inner if isinstance(item, dict) and (some := _keep_fields(item, below))
            ]
    # A list or object left empty by the selection goes; one that was stored empty stays.
    return {name: value for name, value in part.items() if value or value == shown[name]}


def _drop_fields(shown: dict[str, Any], paths: Iterable[Path]) -> dict[str, Any]:
    left = dict(shown)
    for name, inner, below in _group_by_name(shown, paths):
        if () in below:
            del left[name]
        elif isinstance(inner, dict):
            left[name] = _drop_fields(inner, below)
        elif isinstance(inner, list):
            left[name] = [_drop_fields(item, below) if isinstance(item, dict) else item for item in inner]
    return left


def _group_by_name(shown: dict[str, Any], paths: Iterable[Path]) -> Iterator[tuple[str, Any, list[Path]]]:
    """Yield each named entry of `shown`, in its order, with the paths selected below it."""
    below: dict[str, list[Path]] = {}
    for name, *rest in paths:
        # An empty rest selects the whole entry.
        below.setdefault(name, []).append(tuple(rest))
    return ((name, inner, below[name]) for name, inner in shown.items() if name in below)
