"""How many calls a second one client may make. Counted off the database.

Source: Auth0 docs, "Rate Limit Policy": the headers, and the status and text of a refusal.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches

from users.api.framework.problem import Problem
from users.conf import conf
from users.log.debounce import is_first_within
from users.log.record import NO_CLIENT, ClientContext, log_event
from users.models import Client
from users.web.client_ip import client_ip

LOG_INTERVAL_SECONDS = 60


@dataclass(frozen=True)
class Usage:
    """Where a caller stands. `reset` is when counting begins anew, in UNIX seconds."""

    limit: int
    used: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """For every answer."""
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(max(self.limit - self.used, 0)),
            "x-ratelimit-reset": str(self.reset),
        }


def check_rate(request: Any, caller: str = "") -> None:
    """Count the request for `caller`, or by its address. Raises Problem 429 beyond the limit."""
    usage = usage_of(request, caller)
    if usage is not None and usage.used > usage.limit:
        _log_limit(caller, client_ip(request))
        raise Problem(429, "Global limit has been reached", "too_many_requests")


def usage_of(request: Any, caller: str = "") -> Usage | None:
    """Where the request's caller stands: counted the first time, and remembered with the request."""
    request = getattr(request, "_request", request)  # Django's own, within that of the framework
    if not hasattr(request, "rate_usage"):
        request.rate_usage = count_call(caller or f"ip:{client_ip(request)}")
    usage: Usage | None = request.rate_usage
    return usage


def count_call(caller: str) -> Usage | None:
    """Count a call by `caller`. None where there is no limit."""
    if not conf.api_rate_limit:
        return None
    second = int(time.time())
    return Usage(conf.api_rate_limit, _increment(f"{caller}:{second}"), second + 1)


def _log_limit(caller: str, ip: str | None) -> None:
    """Once a minute for each client, or address where nobody knows whose calls they are."""
    if is_first_within(LOG_INTERVAL_SECONDS, "calls", caller or ip):
        client = Client.objects.filter(client_id=caller).first() if caller else None
        log_event("api_limit", through=ClientContext.of(client) if client else NO_CLIENT)


def _increment(key: str) -> int:
    cache = caches["rate_limits"]
    # Twice: Redis may go away in between, and the cache that stands in knows nothing of the key.
    for _ in range(2):
        try:
            return cache.incr(key)
        except ValueError:  # the first in this second
            cache.add(key, 0, timeout=5)
    return cache.incr(key)
