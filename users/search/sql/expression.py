"""A condition as an expression that querysets take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import BooleanField, Expression, F, FloatField, TextField

from users.metadata.documents import DOCUMENTS
from users.models import IndexedKey
from users.models.sql_compiler import is_ordered
from users.search.conditions import Condition, leaves
from users.search.indexed_keys import indexed_keys, record_key_use
from users.search.searchable_fields import Column, ConnectionName, IsSocial, Json, Source, Words
from users.search.sql.emitter import Emitter
from users.search.sql.postgresql import PostgresqlEmitter
from users.search.sql.sqlite import SqliteEmitter

EMITTERS: dict[str, type[Emitter]] = {"postgresql": PostgresqlEmitter, "sqlite": SqliteEmitter}


class MatchesCondition(Expression):
    """For `User.objects.filter(Fits(condition))`. Its negation is a condition of its own: what
    `exclude` would make of it leaves out those of whom the database knows nothing."""

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

    def get_source_expressions(self) -> list[Any]:
        return self.columns

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.columns = list(exprs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        columns = {
            name: compiler.compile(column)[0] for name, column in zip(self.names, self.columns, strict=True)
        }
        keys = indexed_keys() if set(DOCUMENTS) & columns.keys() else {}
        emitter = EMITTERS[connection.vendor](
            columns,
            connection.ops.adapt_datetimefield_value,
            keys,
            is_ordered=is_ordered(compiler),
        )
        sql, parameters = emitter.condition(self.condition)
        return f"({sql})", parameters


class IndexedValue(Expression):
    """What an indexed key holds, for `order_by`: numbers, or the beginning of a text; else NULL."""

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
