"""CORS: allow cross-origin requests from the origins that clients have registered.

Only on paths where a token or client credentials authenticate, never where a cookie does.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from users.caching.ttl_cache import TTLCache
from users.models import Client

# Seconds until every worker process refuses a revoked client's origins.
CACHE_SECONDS = 15
# Seconds until every worker process allows a new client's origins: an unknown origin is looked up again after
# them. A new application can be used at once, and unknown origins cost one query a second.
UNKNOWN_SECONDS = 1
DEFAULT_PORTS = {"http": 80, "https": 443}


def is_allowed(sender: Any, request: HttpRequest, **_: Any) -> bool:
    """Receive the `check_request_enabled` signal of django-cors-headers, sent before and after each request.

    The library takes a yes for every path, so the path is checked here as well.
    """
    origin = request.headers.get("Origin")
    if not origin or not re.match(settings.CORS_URLS_REGEX, request.path_info):
        return False
    return origin in _origins.get("all") or origin in _origins.get("all", max_age=UNKNOWN_SECONDS)


def clear_cache() -> None:
    """Drop the cached origins, for tests."""
    _origins.clear()


def origin_of(address: str) -> str | None:
    """Return the origin of a URL as browsers write it in `Origin`.

    None for a URL without one, like a native app's custom scheme.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    # Clients may have registered any text, for instance a port that is no number: it grants nothing.
    except ValueError:
        return None
    if not host or parts.scheme not in DEFAULT_PORTS:
        return None
    # urlsplit strips the brackets of an IPv6 host; browsers send them.
    host = f"[{host}]" if ":" in host else host
    # Browsers leave the default port out of Origin, so `https://a.example:443` must equal
    # `https://a.example`.
    is_default = port in (None, DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" if is_default else f"{parts.scheme}://{host}:{port}"


def origin_of_page(request: HttpRequest) -> str:
    """Return the origin of the page that sent the browser here; empty where the browser does not say, as
    with `Referrer-Policy: no-referrer`. A page cannot name another one."""
    origin = request.headers.get("Origin", "null")
    return origin if origin != "null" else origin_of(request.headers.get("Referer", "")) or ""


def _read_origins(_: str) -> frozenset[str]:
    # Auth0 allows the origins of callback URLs too, without listing them under Allowed Origins.
    lists = Client.objects.filter(is_revoked=False).values_list("web_origins", "allowed_origins", "callbacks")
    addresses = (address for row in lists for column in row for address in column)
    return frozenset(origin for address in addresses if (origin := origin_of(address)))


_origins = TTLCache(_read_origins, seconds=CACHE_SECONDS)
