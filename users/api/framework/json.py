"""Parse JSON strictly and always render JSON.

These classes are named in the settings, so importing `rest_framework.views` here would be circular.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import IO, Any

import orjson
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from users.metadata.text import parse


class StrictJSONParser(BaseParser):
    """Refuse JSON that would be stored differently than it was sent. Raises TextError."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        return parse(stream.read())


class JSONRenderer(BaseRenderer):
    """Compact UTF-8, with times in the API's format."""

    media_type = "application/json"
    format = "json"
    # Auth0's answers state the charset; DRF adds it only where the renderer names one.
    charset = "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        if data is None:
            return b""
        try:
            return orjson.dumps(data)
        except TypeError:  # integers beyond 64 bits, which metadata may hold
            return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


class JSONContentNegotiation(BaseContentNegotiation):
    """JSON is the only format; a client that does not accept it gets 406."""

    def select_parser(self, request: Any, parsers: Iterable[BaseParser]) -> BaseParser | None:
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        # Django REST framework would match media ranges; only exact types have a parser here.
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(
        self, request: Any, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        accepted = request.headers.get("Accept", "")
        # Without an Accept header every type is acceptable (RFC 9110, section 12.5.1).
        if accepted.strip() and not any(map(_accepts_json, accepted.split(","))):
            raise NotAcceptable
        renderer = next(iter(renderers))
        return renderer, renderer.media_type or ""


def _accepts_json(media_range: str) -> bool:
    """Whether one part of an Accept header accepts JSON. Quality 0 means not acceptable."""
    kind, _, parameters = media_range.partition(";")
    is_refused = re.search(r"\bq=0(\.0*)?\s*(;|$)", parameters)
    return kind.strip().lower() in ("*/*", "application/*", "application/json") and not is_refused
