"""Rewrite a tree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, TypeVar

from users.lucene.nodes import And, Everything, Exists, Match, Node, Not, Or, Query

Leaf = Everything | Exists | Match
Tree = TypeVar("Tree", bound=Node)


def map_leaves(query: Query, change: Callable[[Leaf], Query]) -> Query:
    """The tree with each leaf, in the order of the text, replaced by `change`."""
    match query:
        case And(parts) | Or(parts):
            return replace(query, parts=tuple(map_leaves(part, change) for part in parts))
        case Not(part):
            return replace(query, part=map_leaves(part, change))
        case _:
            return change(query)


def relocate(tree: Tree, start: int, end: int) -> Tree:
    """The tree with all nodes at one position."""
    # Generic over dataclass fields, so that a new kind of node needs no change here.
    inner = {field.name: getattr(tree, field.name) for field in fields(tree)}
    moved = {name: _relocate(value, start, end) for name, value in inner.items()}
    return type(tree)(**{**moved, "start": start, "end": end})


def _relocate(value: Any, start: int, end: int) -> Any:
    if isinstance(value, tuple):
        return tuple(_relocate(each, start, end) for each in value)
    return relocate(value, start, end) if isinstance(value, Node) else value
