"""Rate limit: calls per second and client, counted in the cache.

Source: Auth0 docs, "Rate Limit Policy": the headers, and the status and text of a refusal.
"""

from __future__ import annotations

from typing import Any

from users.api.framework.problem import Problem
from users.conf import conf
from users.log.record import NO_CLIENT, ClientContext, log_event
from users.models import Client
from users.throttling.debounce import is_first_within
from users.throttling.fixed_window import Usage, count
from users.web.client_ip import client_ip

LOG_INTERVAL_SECONDS = 60


def rate_headers(usage: Usage) -> dict[str, str]:
    """For every answer."""
    return {
        "x-ratelimit-limit": str(usage.limit),
        "x-ratelimit-remaining": str(usage.remaining),
        # auth0-python 4 parses it as an integer, and 6 waits until then where there is no `Retry-After`: far
        # in the future, it would hang.
        "x-ratelimit-reset": str(usage.reset),
    }


def check_rate(request: Any, caller: str = "") -> None:
    """Count the request for `caller`, or by IP address. Raises Problem 429 beyond the limit."""
    usage = usage_of(request, caller)
    if usage is not None and usage.is_over:
        _log_limit(caller, client_ip(request))
        raise Problem(429, "Global limit has been reached", "too_many_requests")


def usage_of(request: Any, caller: str = "") -> Usage | None:
    """Return the usage of the request's caller: counted once, then stored on the request."""
    request = getattr(request, "_request", request)  # DRF wraps Django's request
    if not hasattr(request, "rate_usage"):
        limit = conf.api_rate_limit
        name = f"calls:{caller or f'ip:{client_ip(request)}'}"
        # In the cache and not in the database, which the limit is to protect.
        request.rate_usage = count(name, limit) if limit else None
    usage: Usage | None = request.rate_usage
    return usage


def _log_limit(caller: str, ip: str | None) -> None:
    """Log a refusal once a minute for each client, or IP address where the client is unknown."""
    if is_first_within(LOG_INTERVAL_SECONDS, "calls", caller or ip):
        # A query, but at most once a minute: refusing must not cost the database anything.
        client = Client.objects.filter(client_id=caller).first() if caller else None
        log_event("api_limit", through=ClientContext.of(client) if client else NO_CLIENT)
