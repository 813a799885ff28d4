"""The two statements that nearly every write ends in, put together by hand.

Django would take longer to make them than the database to carry them out. It makes their
values all the same, and sends no signals for them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import Field, Model


def insert_by_hand(row: Model) -> None:
    """Save a new row. It is not told its key."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    columns, marks = ", ".join(map(_column, fields)), ", ".join(["%s"] * len(fields))
    _execute(f"INSERT INTO {_table(row)} ({columns}) VALUES ({marks})", _values(row, fields))  # noqa: S608


def update_by_hand(row: Model, names: Collection[str]) -> None:
    """Save these fields of a row that is known to be there."""
    fields = [row._meta.get_field(name) for name in names]
    columns = ", ".join(f"{_column(field)} = %s" for field in fields)
    key = row._meta.pk
    values = _values(row, [*fields, key])
    _execute(f"UPDATE {_table(row)} SET {columns} WHERE {_column(key)} = %s", values)  # noqa: S608


def _table(row: Model) -> str:
    return connection.ops.quote_name(row._meta.db_table)


def _column(field: Field) -> str:
    return connection.ops.quote_name(field.column)


def _values(row: Model, fields: list[Field]) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]


def _execute(statement: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
