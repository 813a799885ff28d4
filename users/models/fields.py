"""Columns with a meaning of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

from users.metadata.text import DocumentEncoder

# What may be assigned to a field, and what is read from it.
Assigned = TypeVar("Assigned", contravariant=True)
Read = TypeVar("Read", covariant=True)

if TYPE_CHECKING:
    CharField = models.CharField
else:

    class CharField(models.CharField):
        """Generic as the type checker knows it to be; Django's own class is not."""

        def __class_getitem__(cls, *_: Any) -> Any:
            return cls


class MetadataField(models.JSONField):
    """One of the two documents, as jsonb or JSON text. Null until first set."""

    def __init__(self, **options: Any) -> None:
        defaults: dict[str, Any] = {"null": True, "blank": True, "encoder": DocumentEncoder}
        super().__init__(**(defaults | options))


class CodePointField(CharField[Assigned, Read]):
    """Text compared code point by code point, whatever the database's language.

    On PostgreSQL the "C" collation makes a prefix a range that the index serves; SQLite
    compares bytes as it is.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
