"""Which pages elsewhere may call us: those of the clients' own origins.

Only where a token or a client's credentials decide, never where a cookie does.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from users.models import Client
from users.tokens.lookups import TTLCache

# Seconds until a new client's pages are known in every worker, and a revoked one's no longer.
CACHE_SECONDS = 15
DEFAULT_PORTS = {"http": 80, "https": 443}


def is_allowed(sender: Any, request: HttpRequest, **_: Any) -> bool:
    """Asked by django-cors-headers of every request, before and after. It would take a yes for
    any address, so the address is looked at here as well."""
    origin = request.headers.get("Origin")
    if not origin or not re.match(settings.CORS_URLS_REGEX, request.path_info):
        return False
    return origin in _origins.get("all")


def clear_cache() -> None:
    """Ask anew from now on, for tests."""
    _origins.clear()


def origin_of(address: str) -> str | None:
    """The origin as browsers write it; None for what has none, like a native app's scheme."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.scheme not in DEFAULT_PORTS:
        return None
    host = f"[{host}]" if ":" in host else host
    is_default = port in (None, DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" if is_default else f"{parts.scheme}://{host}:{port}"


def _read_origins(_: str) -> frozenset[str]:
    lists = Client.objects.filter(is_revoked=False).values_list("web_origins", "allowed_origins", "callbacks")
    addresses = (address for row in lists for column in row for address in column)
    return frozenset(origin for address in addresses if (origin := origin_of(address)))


_origins = TTLCache(_read_origins, seconds=CACHE_SECONDS)
