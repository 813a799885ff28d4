"""Compress pages; static files are compressed already, and JSON is for clients nearby."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PageCompressionMiddleware(GZipMiddleware):
    """Compress HTML for browsers that accept it.

    Django's middleware adds a random number of bytes to each response, so that its size does not disclose
    whether text of an attacker occurs in it again (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
