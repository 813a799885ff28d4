"""Bodies over the limit are refused unparsed."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from users.conf import conf
from users.web.errors import no_length, too_large
from users.web.paths import is_api, is_oauth

IMPORTS = "/api/v2/jobs/users-imports"
# Source: Auth0's published OpenAPI document, POST /jobs/users-imports, status 413.
STRICT_IMPORT = 512_000
MOST_DRAINED = 32 * 1024 * 1024
CHUNK = 64 * 1024


class BodyLimitMiddleware:
    """413 by the announced length; 411 for a body that announces none, which nobody would read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "Transfer-Encoding" in request.headers and "CONTENT_LENGTH" not in request.META:
            return no_length(request)
        limit = _limit(request.path_info)
        if _announced(request) > limit:
            _drain(request)
            return too_large(request, limit)
        return self._get_response(request)


def _limit(path: str) -> int:
    if is_oauth(path):
        return settings.OAUTH_MAX_BYTES
    if path == IMPORTS:
        return (
            min(settings.IMPORT_MAX_BYTES, STRICT_IMPORT) if conf.strict_limits else settings.IMPORT_MAX_BYTES
        )
    return settings.API_MAX_BYTES if is_api(path) else settings.FORM_MAX_BYTES


def _drain(request: HttpRequest) -> None:
    """Read on and forget, within bounds: a client that is still sending would otherwise see its
    connection break instead of the answer, and lose the next request on it."""
    left = MOST_DRAINED
    while left > 0 and (chunk := request.read(min(left, CHUNK))):
        left -= len(chunk)


def _announced(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else 0
