"""What every answer of the API carries, whoever gave it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from users.api.rate_limit import count_call
from users.web.client_ip import client_ip
from users.web.paths import is_api


class RateLimitHeadersMiddleware:
    """The views count their callers and say where they stand. What was answered before or past a
    view, such as a body that is too large, counts by address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if is_api(request.path_info) and "x-ratelimit-limit" not in response:
            usage = count_call(f"ip:{client_ip(request)}")
            for name, value in (usage.headers if usage else {}).items():
                response[name] = value
        return response
