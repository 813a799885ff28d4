"""The INSERT and UPDATE that nearly every write ends with, as prepared SQL.

Django takes longer to compile these statements than the database to run them. Values are still converted
by Django's fields. No signals are sent: nothing in the product listens to them.
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
    """Insert a new row. Its `pk` stays None, which saves the RETURNING clause."""
    database = connections[DEFAULT_DB_ALIAS]  # once: Django's `connection` proxy looks it up at each access
    statement, fields = _insert_statement(type(row), database.vendor)
    _execute(database, statement, _values(row, fields, database))


def fast_update(row: Model, names: Collection[str]) -> None:
    """Update these fields of a row that is known to exist. Does not check that one was updated."""
    database = connections[DEFAULT_DB_ALIAS]
    fields = [concrete_field(type(row), name) for name in names]
    columns = ", ".join(f"{_column(field, database)} = %s" for field in fields)
    key, table = row._meta.pk, database.ops.quote_name(row._meta.db_table)
    # Only names of tables and columns are interpolated, quoted by the database backend; values are
    # parameters.
    statement = f"UPDATE {table} SET {columns} WHERE {_column(key, database)} = %s"  # noqa: S608
    _execute(database, statement, _values(row, [*fields, key], database))


@cache
def _insert_statement(model: type[Model], vendor: str) -> tuple[str, list[Field[Any, Any]]]:
    """The INSERT for all columns but the primary key, with the fields in its order."""
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
    # A cursor of Django's, so that query counts in tests and its error classes still apply.
    with database.cursor() as cursor:
        cursor.execute(statement, values)
