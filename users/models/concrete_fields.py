"""The fields of a model that have a column of their own."""

from __future__ import annotations

from typing import Any

from django.db.models import Field, Model


def concrete_field(model: type[Model], name: str) -> Field[Any, Any]:
    """The field of that name. Relations from other tables, which Django lists among the fields, have no
    column here: asking for one is an error in the code."""
    field = model._meta.get_field(name)
    assert isinstance(field, Field), f"{name} is no column of {model.__name__}"
    return field


def column_name(field: Field[Any, Any]) -> str:
    """The name of its column, unquoted."""
    assert field.column is not None, f"{field.name} has no column"
    return field.column
