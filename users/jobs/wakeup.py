"""With Redis, whoever asks for a job rings a bell, and an idle worker wakes at once.

The table of jobs stays the truth. A ring that is lost costs a moment, and Redis being away a line
in the log: workers then look by themselves as often as they do without it.
"""

from __future__ import annotations

import logging
import time
from functools import cache

from redis import Redis, RedisError

from users.caching.redis_connection import RetryPause, connection_options
from users.conf import conf

log = logging.getLogger(__name__)

# A list, from which each ring wakes one worker, also one that was busy when it rang.
REDIS_KEY = "profiledesk:jobs:bell"
# More rings than workers are of no use: each has its worker look on until there is no job left.
MAX_NOTIFICATIONS = 50
# How long the list outlives the last ring, in seconds.
KEY_TTL = 3600

_pause = RetryPause()


def is_available() -> bool:
    """Whether there is a bell, and it was not out of reach a moment ago."""
    return bool(conf.redis_url) and _pause.is_over


def notify_workers() -> None:
    """Say that there is a job. Call it once the job is committed. Never raises."""
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
    """Sleep until it rings, so many seconds at most. Whether to look for jobs now: it rang, or
    nobody can tell."""
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
