"""A first-level key of a document, for list columns: the rest of the document is not loaded."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, JSONField, Value


class JsonKey(Func):
    """The value of the key, as JSON; NULL where the document lacks it."""

    function = "jsonb_extract_path"
    # The key is a parameter and compared as a value, since SQLite's JSON paths cannot express every key.
    on_sqlite = (
        "(SELECT CASE WHEN type IN ('true', 'false', 'null') THEN type"
        " WHEN type IN ('object', 'array') THEN value ELSE json_quote(atom) END"
        " FROM json_each({}) WHERE key = {})"
    )

    def __init__(self, document: str, key: str) -> None:
        super().__init__(F(document), Value(key), output_field=JSONField())

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        (document, before), (key, after) = map(compiler.compile, self.get_source_expressions())
        return self.on_sqlite.format(document, key), (*before, *after)
