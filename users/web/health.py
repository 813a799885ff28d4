"""`GET /healthz`: 200 once the server serves."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PATH = "/healthz"


class HealthMiddleware:
    """Stands first: a probe names no host of ours, speaks plain http and has no session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == PATH and request.method in ("GET", "HEAD"):
            return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
        return self._get_response(request)
