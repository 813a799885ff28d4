"""Columns with a meaning of their own."""

from __future__ import annotations

from typing import Any

from django.db import models

from users.metadata.text import DocumentEncoder


class MetadataField(models.JSONField):
    """One of the two documents, as jsonb or JSON text. Null until first set."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"null": True, "blank": True, "encoder": DocumentEncoder} | options))


class CodePointField(models.CharField):
    """Text compared code point by code point, whatever the database's language.

    On PostgreSQL the "C" collation makes a prefix a range that the index serves; SQLite
    compares bytes as it is.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
