"""Limit the size of request bodies: a body over the limit is refused before it is parsed.

Our own server (`config.server`) calls `body_limit` to know how much of a body to receive, sets
Content-Length for a chunked body, and discards one over the limit before Django sees the request.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from users.conf import conf
from users.web.errors import length_required, too_large
from users.web.json_paths import is_api, is_oauth
from users.web.sso_paths import is_sso_path

IMPORT_PATH = "/api/v2/jobs/users-imports"
# The dashboard's page that takes a file; a test compares it with its route.
IMPORT_PAGE = "/admin/users/user/import/"
# Source: Auth0's published OpenAPI document, POST /jobs/users-imports, status 413.
STRICT_IMPORT_MAX_BYTES = 512_000
# Sign-in forms must still fit where an operator configures very small metadata documents.
MIN_FORM_LIMIT = 64 * 1024


class BodyLimitMiddleware:
    """Answer 413 where Content-Length exceeds the limit of the path.

    Answers 411 where another WSGI server passes on a chunked body without its length, which Django would
    read as an empty one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without this check a chunked PATCH would reach the view as an empty body and look like a request
        # that changes nothing.
        if "Transfer-Encoding" in request.headers and "CONTENT_LENGTH" not in request.META:
            return length_required(request)
        limit = body_limit(request.path_info)
        if _content_length(request) > limit:
            return too_large(request, limit)
        return self._get_response(request)


class FormLimitMiddleware:
    """Answer 413 for a form larger than a user's own page needs, unless staff sent it.

    Only staff edit both documents in one form. Must come after AuthenticationMiddleware and before anything
    that reads the body.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Percent-encoding in a form makes the text of a document longer: twice its limit leaves room.
        limit = max(2 * conf.limits.max_bytes, MIN_FORM_LIMIT)
        if _content_length(request) > limit and not is_api(request.path_info) and not request.user.is_staff:
            return too_large(request, limit)
        return self._get_response(request)


def body_limit(path: str) -> int:
    """Return the maximum size in bytes of a decoded request body for `path`."""
    # Open to unauthenticated callers, so the limit is the smallest.
    if is_oauth(path) or is_sso_path(path):
        return settings.OAUTH_MAX_BYTES
    if path == IMPORT_PAGE:
        return settings.IMPORT_MAX_BYTES
    if path == IMPORT_PATH:
        return (
            min(settings.IMPORT_MAX_BYTES, STRICT_IMPORT_MAX_BYTES)
            if conf.strict_limits
            else settings.IMPORT_MAX_BYTES
        )
    return settings.API_MAX_BYTES if is_api(path) else settings.FORM_MAX_BYTES


def _content_length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    # str.isdigit() and int() also accept non-ASCII digits, which no HTTP server does.
    return int(length) if length.isascii() and length.isdigit() else 0
