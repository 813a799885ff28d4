"""A Redis cache that falls back to another cache while Redis is unavailable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from users.availability.outage import outage_of
from users.availability.report import report
from users.caching.redis_connection import RetryPause, connection_options

pause = RetryPause()


def _with_fallback(name: str) -> Callable[..., Any]:
    on_redis = getattr(RedisCache, name)

    def operate(self: RedisWithFallback, *args: Any, **options: Any) -> Any:
        if pause.is_over:
            try:
                return on_redis(self, *args, **options)
            except RedisError as error:
                pause.begin()
                if outage := outage_of(error):
                    report(outage)
        return getattr(caches[self._fallback_alias], name)(*args, **options)

    operate.__name__ = name
    operate.__doc__ = on_redis.__doc__
    return operate


class RedisWithFallback(RedisCache):
    """Every operation goes to Redis or, while that is unavailable, to the cache of the alias in
    `OPTIONS["fallback"]`. Entries are not copied between them: a counter begins at zero when Redis fails,
    and continues where it was when Redis is back."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = dict(params.get("OPTIONS", {}))
        self._fallback_alias = options.pop("fallback")
        super().__init__(server, {**params, "OPTIONS": {**connection_options(), **options}})

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
