"""Parse form-encoded bodies, which Auth0 accepts next to JSON."""

from __future__ import annotations

from typing import IO, Any

from django.http import QueryDict
from rest_framework.parsers import BaseParser

from users.api.framework.query import coerce_to_schema, single_value
from users.metadata.text import parse
from users.representation.schema import Schema


class FormParser(BaseParser):
    """Convert each text value to the type that the operation's schema states.

    An object is given as JSON, a list as JSON or by repeating its name. Raises TextError or FieldError.
    """

    media_type = "application/x-www-form-urlencoded"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        view, request = parser_context["view"], parser_context["request"]
        # Without the schema "1" could be a string or a number; metadata keeps the difference.
        operation = view.operation(request.method)
        fields = ((operation and operation.body) or {}).get("properties", {})
        # QueryDict enforces Django's limit on the number of fields (TooManyFieldsSent).
        given = QueryDict(stream.read(), encoding="utf-8")
        return {name: _parse_value(name, fields.get(name, {}), given.getlist(name)) for name in given}


def _parse_value(name: str, schema: Schema, texts: list[str]) -> Any:
    kind = schema.get("type")
    # A single value that looks like JSON is a JSON list; `name=a` alone is a list of one.
    if kind == "array" and not (len(texts) == 1 and texts[0].startswith("[")):
        return [_parse_value(name, schema.get("items", {}), [text]) for text in texts]
    text = single_value(name, texts)
    # The strict parser of JSON bodies: a document in a form must not be stored otherwise than sent.
    return parse(text.encode()) if kind in ("object", "array") else coerce_to_schema(schema, text)
