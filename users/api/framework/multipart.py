"""Parse multipart bodies with files."""

from __future__ import annotations

from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser

from users.api.framework.errors import invalid_body
from users.api.framework.query import coerce_to_schema, single_value


class PartsParser(MultiPartParser):
    """Return the parts as a dictionary: uploaded files as such, texts converted as the schema states.

    Raises Problem or FieldError.
    """

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            parts = super().parse(stream, media_type, parser_context)
        except ParseError:
            # Source: Auth0's published OpenAPI document, POST /jobs/users-imports, status 400.
            raise invalid_body("'Invalid multipart payload format'.") from None
        view, request = parser_context["view"], parser_context["request"]
        fields = view.operation(request.method).body["properties"]
        # Otherwise a file in a text field would reach the view as an object that no schema validates.
        misplaced = [name for name in parts.files if fields.get(name, {}).get("format") != "binary"]
        if misplaced:
            raise invalid_body(f"'A file, where none belongs' on property {misplaced[0]}.")
        texts = {
            name: coerce_to_schema(fields.get(name, {}), single_value(name, values))
            for name, values in parts.data.lists()
        }
        # A repeated part is refused like a repeated parameter: the last one would win silently.
        files = {name: single_value(name, values) for name, values in parts.files.lists()}
        return {**texts, **files}
