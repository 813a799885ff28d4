"""Keyset pagination: the order of a list, and the rows that follow a position in it.

A position is the values of the ordering columns in one row. The rows that follow it are found by an
index range, so a deep page costs what the first one costs, and rows that are added or deleted
meanwhile neither repeat a row nor hide one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from django.db import connection
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.fields.tuple_lookups import (
    Tuple,
    TupleGreaterThan,
    TupleGreaterThanOrEqual,
    TupleLessThan,
    TupleLessThanOrEqual,
)
from django.db.models.lookups import GreaterThan, LessThan

from users.models.concrete_fields import concrete_field

# The values of the ordering columns in one row; the row itself may be gone by now.
Position = tuple[Any, ...]


@dataclass(frozen=True)
class Keyset:
    """The order of a list: columns, or annotations of the list, whose values together name one row.
    All of them ascend, or all descend.

    `is_nullable`: the first column may be null; rows without it come last, whatever the direction.
    `is_remainder`: it is the order among rows that lack the first column of another.
    """

    columns: tuple[str, ...]
    is_descending: bool = False
    is_nullable: bool = False
    is_remainder: bool = False

    @property
    def ordering(self) -> list[OrderBy]:
        """For `order_by`, of rows of which none lacks the first column."""
        return [OrderBy(F(column), descending=self.is_descending) for column in self.columns]

    @property
    def rest(self) -> Self:
        """The order among rows that all lack the first column."""
        return replace(self, columns=self.columns[1:], is_nullable=False, is_remainder=True)

    def reversed(self) -> Self:
        """The same columns the other way round."""
        return replace(self, is_descending=not self.is_descending)

    def fields(self, rows: QuerySet[Any]) -> list[Field[Any, Any]]:
        """What the values of a position are, in a list of these rows."""
        return [_field(rows, column) for column in self.columns]

    def position(self, row: Model) -> Position:
        """That of a row."""
        return tuple(getattr(row, column) for column in self.columns)

    def after(self, position: Position) -> Q:
        """The condition for rows that follow the position, in whose row no column is null."""
        if self.is_remainder and connection.vendor == "sqlite":
            # `last_login IS NULL AND id IN (...) AND id < ?` gives wrong rows on SQLite 3.40 when it reads
            # an index on both columns that descends. An expression keeps the comparison out of the index.
            [column], [value] = self.columns, position
            compare = LessThan if self.is_descending else GreaterThan
            return Q(compare(F(column) + 0, value))
        return _beyond(self.columns, position, self.is_descending)

    def until(self, position: Position) -> Q:
        """The condition for the other rows: those before the position, and its own."""
        return _beyond(self.columns, position, not self.is_descending, is_inclusive=True)


def _field(rows: QuerySet[Any], column: str) -> Field[Any, Any]:
    annotation = rows.query.annotations.get(column)
    if annotation is not None:
        field: Field[Any, Any] = annotation.output_field
        return field
    return rows.model._meta.pk if column == "pk" else concrete_field(rows.model, column)


def _beyond(
    columns: Sequence[str], values: Sequence[Any], is_descending: bool, *, is_inclusive: bool = False
) -> Q:
    """Rows on one side of the values. PostgreSQL compares rows, by which it enters an index on the
    columns at the very row, however many have the same first value."""
    if connection.features.supports_tuple_lookups and len(columns) > 1:
        # A row comparison needs all columns in one direction, which `Keyset` guarantees.
        row = Tuple(*map(F, columns))
        if is_inclusive:
            compare = TupleLessThanOrEqual if is_descending else TupleGreaterThanOrEqual
            return Q(compare(row, tuple(values)))
        return Q((TupleLessThan if is_descending else TupleGreaterThan)(row, tuple(values)))
    return _spelled_out(columns, values, "lt" if is_descending else "gt", "e" if is_inclusive else "")


def _spelled_out(columns: Sequence[str], values: Sequence[Any], lookup: str, suffix: str) -> Q:
    """`a >= 1 AND (a > 1 OR b > 2)`: the first half is the range in which SQLite reads an index on the
    columns. The OR alone would hide it."""
    (column, *columns), (value, *values) = columns, values
    if not columns:
        return Q((f"{column}__{lookup}{suffix}", value))
    rest = _spelled_out(columns, values, lookup, suffix)
    return Q((f"{column}__{lookup}e", value)) & (Q((f"{column}__{lookup}", value)) | rest)
