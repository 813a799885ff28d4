"""Locate values in a JSON text, for messages about texts that the strict parser refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from users.metadata.errors import Path

# Strings as a whole, closed or not; possessive quantifiers keep the match linear for hostile text (ReDoS).
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}:,]|[^\s"\[\]{}:,]++', re.DOTALL)
_Steps = list[str | int | None]


def path_at(text: str, index: int) -> Path:
    """The path of the value or the name at `index`; of a name given twice, that of the later one."""
    for token, steps, _ in _iterate_tokens(text):
        if token.end() > index:
            return tuple(step for step in steps if step is not None)
    return ()


def top_level_string(text: str, name: str) -> str | None:
    """The string that a top-level name holds, in a text that may be cut off; None where there is none."""
    for token, steps, is_name in _iterate_tokens(text):
        if steps == [name] and token[0][0] == '"' and not is_name:
            return _string(token[0])
    return None


def _iterate_tokens(text: str) -> Iterator[tuple[re.Match[str], _Steps, bool]]:
    """Each token with its steps, and whether it is a name.

    There is a step for each enclosing container: an index in a list, the latest name in an object, None
    before the first. The list of steps is modified in place.
    """
    steps: _Steps = []
    may_be_name = False
    for token in _TOKEN.finditer(text):
        mark = token[0]
        is_name = may_be_name and mark[0] == '"'
        if is_name:
            steps[-1] = _string(mark)
        elif mark in ("]", "}") and steps:
            steps.pop()
        yield token, steps, is_name
        # A string after `{`, or after a comma in an object, is a name.
        may_be_name = mark == "{" or (mark == "," and bool(steps) and not isinstance(steps[-1], int))
        if mark in ("[", "{"):
            steps.append(0 if mark == "[" else None)
        elif mark == "," and steps and isinstance(steps[-1], int):
            steps[-1] += 1


def _string(literal: str) -> str:
    try:
        text: str = json.loads(literal, strict=False)
    except ValueError:  # cut off
        return literal
    return text
