"""The parts of Django's SQL compiler that the product uses, all in this file.

The compiler is not a public API: Django may change it in any release. After an upgrade
`tests/models/test_sql_compiler.py` says which parts are gone or take other arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

__all__ = ["CompiledQuery", "SQLCompiler", "is_ordered", "select_statement"]


class CompiledQuery:
    """The SQL of a queryset, compiled once, and what turns its rows into Python values.

    Compiled for the database connection of the current thread. `sql` has placeholders for `parameters`.
    """

    def __init__(self, queryset: QuerySet[Any]) -> None:
        self._compiler: SQLCompiler = queryset.query.get_compiler(queryset.db)
        self.sql, self.parameters = self._compiler.as_sql()
        select, rows = self._compiler.select, self._compiler.klass_info
        assert select, "it selects columns"
        assert rows, "it is a queryset of instances"
        self._converters = self._compiler.get_converters([column for column, *_ in select])
        # Where the columns of the model itself are among those of the rows that are joined.
        first, last = rows["select_fields"][0], rows["select_fields"][-1]
        self._own, self._model = slice(first, last + 1), rows["model"]
        self._names = [column.target.attname for column, *_ in select[self._own]]
        arguments = (rows, select, queryset.db)
        self._related = get_related_populators(*arguments)  # type: ignore[call-arg]  # stubs of Django 6

    @property
    def database(self) -> BaseDatabaseWrapper:
        """The connection that it was compiled for."""
        return self._compiler.connection

    @property
    def is_current(self) -> bool:
        """Whether that is still the connection of this thread."""
        return self.database is connections[self.database.alias]

    @property
    def locks_rows(self) -> bool:
        """Whether it is a SELECT FOR UPDATE, on databases that have it."""
        return self._compiler.query.select_for_update

    def to_python(self, row: Sequence[Any]) -> list[Any]:
        """The values of a row as the model's fields have them, JSON parsed and times aware."""
        (values,) = self._compiler.apply_converters([row], self._converters)
        return values

    def to_instance(self, row: Sequence[Any]) -> Any:
        """A row as an instance of the model, with those that the queryset joins by `select_related`."""
        values = self.to_python(row)
        instance = self._model.from_db(self.database.alias, self._names, values[self._own])
        for related in self._related:
            related.populate(values, instance)
        return instance


def select_statement(queryset: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    """The SQL of a queryset and its parameters, to stand inside another statement.

    Raises EmptyResultSet where the queryset can match no row.
    """
    # With parameters apart, never interpolated: Django's `str(query)` is not valid SQL.
    return queryset.query.sql_with_params()


def is_ordered(compiler: Any) -> bool:
    """Whether the query has an ORDER BY, asked within the `as_sql` of an expression."""
    return bool(compiler.query.order_by)
