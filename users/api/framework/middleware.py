"""Headers that every API response carries."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from users.web.json_paths import is_api
from users.web.rate_usage import rate_headers, usage_of


class RateLimitHeadersMiddleware:
    """Add the rate-limit headers.

    Views count requests by client; what is answered outside a view, such as a body that is too large, counts
    by IP address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        usage = usage_of(request) if is_api(request.path_info) else None
        for name, value in (rate_headers(usage) if usage else {}).items():
            # The view may have a limit of its own to name.
            response.headers.setdefault(name, value)
        if response.status_code == 304:
            # It would have to state the length of the omitted body (RFC 9110, section 8.6).
            del response["Content-Length"]
        return response
