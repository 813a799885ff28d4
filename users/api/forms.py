"""Bodies as forms, which Auth0 takes beside JSON."""

from __future__ import annotations

from typing import IO, Any

from django.http import QueryDict
from rest_framework.parsers import BaseParser

from users.api.query import as_typed
from users.metadata.text import parse
from users.normalized.schema import Schema


class FormParser(BaseParser):
    """Every value is text, and becomes what the operation's schema says it is. An object is
    written as JSON, a list as JSON or by repeating its name. Raises TextError."""

    media_type = "application/x-www-form-urlencoded"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        view, request = parser_context["view"], parser_context["request"]
        operation = view.operation(request.method)
        fields = ((operation and operation.body) or {}).get("properties", {})
        given = QueryDict(stream.read(), encoding="utf-8")
        return {name: _value(fields.get(name, {}), given.getlist(name)) for name in given}


def _value(schema: Schema, texts: list[str]) -> Any:
    kind = schema.get("type")
    if kind == "array" and not (len(texts) == 1 and texts[0].startswith("[")):
        return [_value(schema.get("items", {}), [text]) for text in texts]
    if kind in ("object", "array"):
        return parse(texts[-1].encode())
    return as_typed(schema, texts[-1])
