"""A Redis cache that falls back to another cache while Redis is away."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from users.availability.outage import outage_of
from users.availability.report import report

# Of connecting to Redis, and of each operation, in seconds.
TIMEOUT = 0.5
# How long after a failure the fallback is used without trying Redis, in seconds.
RETRY_AFTER = 15.0

_unavailable_until = 0.0


def _with_fallback(name: str) -> Callable[..., Any]:
    on_redis = getattr(RedisCache, name)

    def operate(self: RedisWithFallback, *args: Any, **options: Any) -> Any:
        global _unavailable_until
        if time.monotonic() >= _unavailable_until:
            try:
                return on_redis(self, *args, **options)
            except RedisError as error:
                _unavailable_until = time.monotonic() + RETRY_AFTER
                if outage := outage_of(error):
                    report(outage)
        return getattr(caches[self._fallback_alias], name)(*args, **options)

    operate.__name__ = name
    operate.__doc__ = on_redis.__doc__
    return operate


class RedisWithFallback(RedisCache):
    """Every operation goes to Redis or, while that is away, to the cache of the alias that
    `OPTIONS["fallback"]` names. What one holds is not copied to the other: a counter begins again
    at zero when Redis goes away, and goes on where it was when Redis is back."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = dict(params.get("OPTIONS", {}))
        self._fallback_alias = options.pop("fallback")
        timeouts = {"socket_connect_timeout": TIMEOUT, "socket_timeout": TIMEOUT}
        # Once more at once: Redis may have been restarted since the connection was last used.
        retry = {"retry": Retry(NoBackoff(), 1)}
        super().__init__(server, {**params, "OPTIONS": {**timeouts, **retry, **options}})

    add = _with_fallback("add")
    get = _with_fallback("get")
    set = _with_fallback("set")
    touch = _with_fallback("touch")
    delete = _with_fallback("delete")
    incr = _with_fallback("incr")
    has_key = _with_fallback("has_key")
    clear = _with_fallback("clear")
    get_many = _with_fallback("get_many")
    set_many = _with_fallback("set_many")
    delete_many = _with_fallback("delete_many")


def end_retry_pause() -> None:
    """End the pause after a failure, for tests."""
    global _unavailable_until
    _unavailable_until = 0.0
