"""Wake idle workers through Redis, so that a job starts at once.

The table of jobs stays the source of truth. A lost notification costs a moment, and an outage of Redis a
line in the log: workers then poll as often as they do without Redis.
"""

from __future__ import annotations

import logging
import time
from functools import cache

from redis import Redis, RedisError

from users.caching.redis_connection import RetryPause, connection_options
from users.conf import conf

log = logging.getLogger(__name__)

# A list and not pub/sub: each entry wakes one worker, also one that was busy when it was pushed.
REDIS_KEY = "profiledesk:jobs:bell"
# More entries than workers are useless: a woken worker continues until no job is due.
MAX_NOTIFICATIONS = 50
# Expiry of the list after the last notification, in seconds.
KEY_TTL = 3600

_pause = RetryPause()


def is_available() -> bool:
    """Whether Redis is configured and has not failed recently."""
    return bool(conf.redis_url) and _pause.is_over


def notify_workers() -> None:
    """Notify that there is a job. Call after the commit. Never raises."""
    if not is_available():
        return
    try:
        with _redis_client(conf.redis_url).pipeline(transaction=False) as pipeline:
            pipeline.lpush(REDIS_KEY, 1)
            pipeline.ltrim(REDIS_KEY, 0, MAX_NOTIFICATIONS - 1)
            pipeline.expire(REDIS_KEY, KEY_TTL)
            pipeline.execute()
    except RedisError as error:
        _mark_unavailable(error)


def wait_for_job(seconds: float) -> bool:
    """Wait for a notification, `seconds` at most. Returns whether to look for jobs now: one came, or Redis
    cannot say."""
    if is_available():
        try:
            return _redis_client(conf.redis_url, seconds).brpop([REDIS_KEY], seconds) is not None
        except RedisError as error:
            _mark_unavailable(error)
    time.sleep(seconds)
    return True


def _mark_unavailable(error: RedisError) -> None:
    _pause.begin()
    log.warning("Redis cannot be used, so workers are not woken (%s)", error)


@cache
def _redis_client(url: str, waits: float = 0) -> Redis:
    return Redis.from_url(url, **connection_options(waits))
