"""Make the origin of each request (IP address, user agent, host) available to the tenant log."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from users.log.request_origin import RequestOrigin, use_origin
from users.web.client_ip import client_ip
from users.web.request import request_id_of


class OriginMiddleware:
    """Set the origin for the duration of a request. Must come after RequestIdMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A context variable, so that actions need no request to log where they came from.
        with use_origin(origin_of(request)):
            return self._get_response(request)


def origin_of(request: HttpRequest) -> RequestOrigin:
    """Return the request's origin. Text that the client chooses is shortened where it is stored."""
    return RequestOrigin(
        ip=client_ip(request) or "",
        user_agent=request.headers.get("User-Agent", ""),
        hostname=_host(request),
        request_id=request_id_of(request),
        method=request.method or "",
        path=quote(request.path)[:500],
    )


def _host(request: HttpRequest) -> str:
    try:
        return request.get_host()
    except DisallowedHost:  # answered with 400 further on
        return ""
