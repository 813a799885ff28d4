"""Limit pages to requests of this machine: the emails of the demo have links that sign in to accounts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse

View = Callable[..., HttpResponse]
# Added by proxies, whose requests come from this machine although their clients may be elsewhere.
FORWARDING_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def local_only(view: View) -> View:
    """Decorate a page that answers 404 to requests that were not sent on this machine."""

    @wraps(view)
    def answer(request: HttpRequest, **parts: Any) -> HttpResponse:
        if not is_local(request):
            raise Http404
        return view(request, **parts)

    return answer


def is_local(request: HttpRequest) -> bool:
    """Whether a program on this machine sent the request, to a name of this machine, and no proxy took
    part. The name is checked against DNS rebinding: a page of another site must not read the emails."""
    try:
        host = urlsplit(f"//{request.get_host()}").hostname or ""
    # Raised for unknown names. The page that says so is rendered with this context, too.
    except DisallowedHost:
        return False
    is_forwarded = any(name in request.headers for name in FORWARDING_HEADERS)
    return not is_forwarded and _is_loopback(host) and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
