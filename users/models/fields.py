"""Model fields with a meaning of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

from users.metadata.text import DocumentEncoder

# The types that may be assigned to a field, and that are read from it.
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
    """Text compared by code points, whatever the database's locale.

    On PostgreSQL the "C" collation lets a B-tree index serve prefix searches as a range; SQLite compares
    bytes by default.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
