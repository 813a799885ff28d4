"""Bodies over the limit are refused unparsed.

Our server (`config.server`) asks here how much of a body to receive, gives a body in chunks its
Content-Length, and discards one over the limit before Django sees the request.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from users.conf import conf
from users.web.errors import length_required, too_large
from users.web.json_paths import is_api, is_oauth

IMPORT_PATH = "/api/v2/jobs/users-imports"
# Source: Auth0's published OpenAPI document, POST /jobs/users-imports, status 413.
STRICT_IMPORT_MAX_BYTES = 512_000
# A sign-in must pass, however small the documents are set to be.
MIN_FORM_LIMIT = 64 * 1024


class BodyLimitMiddleware:
    """413 by the length of the body. 411 where another WSGI server passes on a body without its
    length, which Django would take for an empty one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "Transfer-Encoding" in request.headers and "CONTENT_LENGTH" not in request.META:
            return length_required(request)
        limit = body_limit(request.path_info)
        if _content_length(request) > limit:
            return too_large(request, limit)
        return self._get_response(request)


class FormLimitMiddleware:
    """413 for a form that only staff may send in that size. Must come after
    AuthenticationMiddleware and before anything that reads the body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = max(2 * conf.limits.max_bytes, MIN_FORM_LIMIT)
        if _content_length(request) > limit and not is_api(request.path_info) and not request.user.is_staff:
            return too_large(request, limit)
        return self._get_response(request)


def body_limit(path: str) -> int:
    """How many bytes the body of a request for `path`, decoded, may have."""
    if is_oauth(path):
        return settings.OAUTH_MAX_BYTES
    if path == IMPORT_PATH:
        return (
            min(settings.IMPORT_MAX_BYTES, STRICT_IMPORT_MAX_BYTES)
            if conf.strict_limits
            else settings.IMPORT_MAX_BYTES
        )
    return settings.API_MAX_BYTES if is_api(path) else settings.FORM_MAX_BYTES


def _content_length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else 0
