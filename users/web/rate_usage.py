"""How many calls a caller has made, as the headers of answers say it.

Source: Auth0 docs, "Rate Limit Policy".
"""

from __future__ import annotations

from typing import Any

from users.conf import conf
from users.throttling.fixed_window import Usage, count
from users.web.client_ip import client_ip


def usage_of(request: Any, caller: str = "") -> Usage | None:
    """Return the usage of `caller`, or of the IP address: counted once, then stored on the request. None
    where there is no limit."""
    request = getattr(request, "_request", request)  # DRF wraps Django's request
    if not hasattr(request, "rate_usage"):
        limit = conf.api_rate_limit
        name = f"calls:{caller or f'ip:{client_ip(request)}'}"
        # In the cache and not in the database, which the limit is to protect.
        request.rate_usage = count(name, limit) if limit else None
    usage: Usage | None = request.rate_usage
    return usage


def rate_headers(usage: Usage) -> dict[str, str]:
    """Return the headers for every answer to a call that was counted."""
    return {
        "x-ratelimit-limit": str(usage.limit),
        "x-ratelimit-remaining": str(usage.remaining),
        # auth0-python 4 parses it as an integer, and 6 waits until then where there is no `Retry-After`: far
        # in the future, it would hang.
        "x-ratelimit-reset": str(usage.reset),
    }
