"""Names of the changed keys, in a column that can be searched without reading the values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.db.models import F, Func

from users.metadata.diff import Diff
from users.metadata.documents import DOCUMENTS
from users.models import Change
from users.models.sql_compiler import SQLCompiler

# One name per line. PostgreSQL limits the size of an index entry; longer names are cut, so that the search
# compares the keys themselves once more.
MAX_NAME_LENGTH = 200


def changed_key_names(what: str, keys: Diff) -> str:
    """`app_metadata.plan`, `profile.email`, ...: one line for each key."""
    return "\n".join(sorted({key_name(part, key) for part, key in _changed_keys(what, keys)}))


def key_name(part: str, key: str) -> str:
    """The name as `Change.names` contains it."""
    return f"{part}.{key}".replace("\n", " ")[:MAX_NAME_LENGTH]


def _changed_keys(what: str, keys: Diff) -> Iterator[tuple[str, str]]:
    """The line of a creation has root fields as keys, with the documents among them."""
    if what != Change.What.CREATED:
        yield from ((what, key) for key in keys)
        return
    for field, sides in keys.items():
        if field in DOCUMENTS:
            yield from ((field, key) for key in sides.get("after") or {})
        else:
            yield Change.What.PROFILE, field


class TouchesAnyKey(Func):
    """Whether a change touched any of these names: `filter(TouchesAnyKey(["app_metadata.plan"]))`.

    PostgreSQL uses the GIN index on the names; SQLite scans an index that contains them.
    """

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)
        super().__init__(F("names"))

    def as_sql(self, compiler: SQLCompiler, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        column, _parameters = compiler.compile(self.source_expressions[0])
        # Newlines on both sides, so that `plan` does not match `plan_b`.
        one = f"instr(char(10) || {column} || char(10), %s) > 0"
        return f"({' OR '.join([one] * len(self.names))})", tuple(f"\n{name}\n" for name in self.names)

    def as_postgresql(self, compiler: SQLCompiler, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        column, _parameters = compiler.compile(self.source_expressions[0])
        # The very expression of the index, or PostgreSQL would not use it.
        return f"string_to_array({column}, E'\\n') && %s::text[]", (self.names,)
