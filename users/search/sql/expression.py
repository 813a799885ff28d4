"""Conditions as Django expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import BooleanField, Expression, F, FloatField, TextField

from users.metadata.documents import DOCUMENTS
from users.models import IndexedKey
from users.models.sql_compiler import is_ordered
from users.search.conditions import Condition, leaves
from users.search.indexed_keys import KeyPath, indexed_keys, record_key_use
from users.search.searchable_fields import Column, ConnectionName, IsSocial, Json, Source, Words
from users.search.sql.emitter import Emitter, Sql
from users.search.sql.postgresql import PostgresqlEmitter
from users.search.sql.sqlite import SqliteEmitter

# A placeholder for the alias: neither queries nor names of keys contain the null character.
_ALIAS = "\0"
NO_KEYS: Mapping[KeyPath, IndexedKey] = {}
EMITTERS: dict[str, type[Emitter]] = {"postgresql": PostgresqlEmitter, "sqlite": SqliteEmitter}


class MatchesCondition(Expression):
    """For `User.objects.filter(MatchesCondition(condition))`. To negate it, negate the condition:
    `exclude` would also leave out users for whom the database has NULL.

    The condition is compiled once for all queries made from the same query set: to count, and to read a
    page of it, perhaps several times with other time limits.
    """

    output_field = BooleanField()
    conditional = True

    def __init__(self, condition: Condition) -> None:
        super().__init__(output_field=BooleanField())
        self.condition = condition
        used = (
            name for leaf in leaves(condition) for source in leaf.field.sources for name in _columns(source)
        )
        self.names = sorted(set(used))
        self.columns = [F(name) for name in self.names]
        # Shared by the copies that Django makes of the expression for each query: the SQL by database and by
        # whether the query is ordered, None where that makes no difference; and the keys it was made with.
        self._compiled: dict[tuple[str, bool | None], tuple[Sql, Mapping[KeyPath, IndexedKey]]] = {}

    def get_source_expressions(self) -> list[Any]:
        return self.columns

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.columns = list(exprs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        columns = [compiler.compile(column)[0].rpartition(".") for column in self.columns]
        names = {name: quoted for name, (_, _, quoted) in zip(self.names, columns, strict=True)}
        sql, parameters = self._compile(connection, names, has_order=is_ordered(compiler))
        for alias, _, _ in columns[:1]:  # all are of one table
            sql = sql.replace(_ALIAS, alias)
        return f"({sql})", parameters

    def _compile(self, connection: Any, names: Mapping[str, str], *, has_order: bool) -> Sql:
        """The SQL for columns of these quoted names, in a table whose alias is another in each query."""
        # Looked up when the SQL is made, so that a stored query set uses the indexes there are now.
        keys = indexed_keys() if set(DOCUMENTS) & names.keys() else NO_KEYS
        for order in (None, has_order):
            sql, keys_then = self._compiled.get((connection.vendor, order), (None, None))
            if sql is not None and keys_then is keys:
                return sql
        emitter = EMITTERS[connection.vendor](
            {name: f"{_ALIAS}.{quoted}" for name, quoted in names.items()},
            connection.ops.adapt_datetimefield_value,
            keys,
            is_ordered=has_order,
        )
        sql = emitter.condition(self.condition)
        self._compiled[connection.vendor, has_order if emitter.depends_on_order else None] = sql, keys
        return sql


class IndexedValue(Expression):
    """The value of an indexed key, for `order_by`: a number, or the prefix of a text; else NULL."""

    def __init__(self, key: IndexedKey) -> None:
        is_number = key.kind == IndexedKey.Kind.NUMBER
        super().__init__(output_field=FloatField() if is_number else TextField())
        self.key = key
        self.column = F(key.document)

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        [self.column] = exprs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        record_key_use(self.key)
        emitter = EMITTERS[connection.vendor]({}, connection.ops.adapt_datetimefield_value)
        value = emitter.ordered(compiler.compile(self.column)[0], tuple(self.key.path), self.key.kind)
        is_text = self.key.kind == IndexedKey.Kind.TEXT
        return emitter.by_code_points(value) if is_text else value, ()


def _columns(source: Source) -> Iterator[str]:
    match source:
        case Json(column):
            yield column
        case Column(name, unless=unless, given=given):
            yield name
            yield from unless
            yield from given
        case ConnectionName() | IsSocial():
            yield "connection_id"
        case Words(column, key):
            yield from (column, key)
