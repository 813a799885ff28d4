"""Which keys a change touched, in a column that can be searched without opening the values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.db.models import F, Func

from users.metadata.diff import Diff
from users.metadata.documents import DOCUMENTS
from users.models import Change
from users.models.sql_compiler import SQLCompiler

# Each name stands on a line of its own; PostgreSQL's index takes no longer ones. Whoever finds a
# change by its names looks once more at its keys.
MAX_NAME_LENGTH = 200


def changed_key_names(what: str, keys: Diff) -> str:
    """`app_metadata.plan`, `profile.email`, ...: a line for each key."""
    return "\n".join(sorted({key_name(part, key) for part, key in _changed_keys(what, keys)}))


def key_name(part: str, key: str) -> str:
    """As `Change.names` has it."""
    return f"{part}.{key}".replace("\n", " ")[:MAX_NAME_LENGTH]


def _changed_keys(what: str, keys: Diff) -> Iterator[tuple[str, str]]:
    """A new account's lines are root fields, the documents among them."""
    if what != Change.What.CREATED:
        yield from ((what, key) for key in keys)
        return
    for field, sides in keys.items():
        if field in DOCUMENTS:
            yield from ((field, key) for key in sides.get("after") or {})
        else:
            yield Change.What.PROFILE, field


class TouchesAnyKey(Func):
    """Whether a change touched any of these names: `filter(Touches(["app_metadata.plan"]))`.

    PostgreSQL looks in the index of the names; SQLite reads along one that holds them.
    """

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)
        super().__init__(F("names"))

    def as_sql(self, compiler: SQLCompiler, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        column, _parameters = compiler.compile(self.source_expressions[0])
        one = f"instr(char(10) || {column} || char(10), %s) > 0"
        return f"({' OR '.join([one] * len(self.names))})", tuple(f"\n{name}\n" for name in self.names)

    def as_postgresql(self, compiler: SQLCompiler, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        column, _parameters = compiler.compile(self.source_expressions[0])
        return f"string_to_array({column}, E'\\n') && %s::text[]", (self.names,)
