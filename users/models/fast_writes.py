"""The two statements that nearly every write ends in, put together by hand.

Django would take longer to make them than the database to carry them out. It makes their
values all the same, and sends no signals for them.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model

from users.models.concrete_fields import column_name, concrete_field


def fast_insert(row: Model) -> None:
    """Save a new row. It is not told its key."""
    database = connections[DEFAULT_DB_ALIAS]  # asked for once: Django's `connection` looks it up each time
    statement, fields = _insert_statement(type(row), database.vendor)
    _execute(database, statement, _values(row, fields, database))


def fast_update(row: Model, names: Collection[str]) -> None:
    """Save these fields of a row that is known to be there."""
    database = connections[DEFAULT_DB_ALIAS]
    fields = [concrete_field(type(row), name) for name in names]
    columns = ", ".join(f"{_column(field, database)} = %s" for field in fields)
    key, table = row._meta.pk, database.ops.quote_name(row._meta.db_table)
    statement = f"UPDATE {table} SET {columns} WHERE {_column(key, database)} = %s"  # noqa: S608
    _execute(database, statement, _values(row, [*fields, key], database))


@cache
def _insert_statement(model: type[Model], vendor: str) -> tuple[str, list[Field[Any, Any]]]:
    """The statement for all of a row but its key, with the fields in its order."""
    database = connections[DEFAULT_DB_ALIAS]
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(_column(field, database) for field in fields)
    table, marks = database.ops.quote_name(model._meta.db_table), ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks})", fields  # noqa: S608


def _column(field: Field[Any, Any], database: BaseDatabaseWrapper) -> str:
    return database.ops.quote_name(column_name(field))


def _values(row: Model, fields: list[Field[Any, Any]], database: BaseDatabaseWrapper) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), database) for field in fields]


def _execute(database: BaseDatabaseWrapper, statement: str, values: list[Any]) -> None:
    with database.cursor() as cursor:
        cursor.execute(statement, values)
