"""Rate limit: calls per second and client, counted in the cache.

Source: Auth0 docs, "Rate Limit Policy": the headers, and the status and text of a refusal.
"""

from __future__ import annotations

from typing import Any

from users.api.framework.problem import Problem
from users.log.record import NO_CLIENT, ClientContext, log_event
from users.models import Client
from users.throttling.debounce import is_first_within
from users.web.client_ip import client_ip
from users.web.rate_usage import usage_of

LOG_INTERVAL_SECONDS = 60


def check_rate(request: Any, caller: str = "") -> None:
    """Count the request for `caller`, or by IP address. Raises Problem 429 beyond the limit."""
    usage = usage_of(request, caller)
    if usage is not None and usage.is_over:
        _log_limit(caller, client_ip(request))
        raise Problem(429, "Global limit has been reached", "too_many_requests")


def _log_limit(caller: str, ip: str | None) -> None:
    """Log a refusal once a minute for each client, or IP address where the client is unknown."""
    if is_first_within(LOG_INTERVAL_SECONDS, "calls", caller or ip):
        # A query, but at most once a minute: refusing must not cost the database anything.
        client = Client.objects.filter(client_id=caller).first() if caller else None
        log_event("api_limit", through=ClientContext.of(client) if client else NO_CLIENT)
