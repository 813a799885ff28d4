"""With Redis, whoever asks for a job rings a bell, and an idle worker wakes at once.

The table of jobs stays the truth. A ring that is lost costs a moment, and Redis being away a line
in the log: workers then look by themselves as often as they do without it.
"""

from __future__ import annotations

import logging
import time
from functools import cache

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from users.conf import conf

log = logging.getLogger(__name__)

# A list, from which each ring wakes one worker, also one that was busy when it rang.
KEY = "profiledesk:jobs:bell"
# More rings than workers are of no use: each has its worker look on until there is no job left.
MOST_RINGS = 50
# How long the list outlives the last ring, in seconds.
LIFETIME = 3600
# A server that says nothing keeps nobody waiting for longer, in seconds.
PATIENCE = 0.5
# For so long nobody asks one that could not be reached.
HOLD_OFF = 15

_away_until = 0.0


def is_hung() -> bool:
    """Whether there is a bell, and it was not out of reach a moment ago."""
    return bool(conf.redis_url) and time.monotonic() >= _away_until


def ring() -> None:
    """Say that there is a job. Call it once the job is committed. Never raises."""
    if not is_hung():
        return
    try:
        with _redis(conf.redis_url, PATIENCE).pipeline(transaction=False) as pipeline:
            pipeline.lpush(KEY, 1)
            pipeline.ltrim(KEY, 0, MOST_RINGS - 1)
            pipeline.expire(KEY, LIFETIME)
            pipeline.execute()
    except RedisError as error:
        _note_away(error)


def wait(seconds: float) -> bool:
    """Sleep until it rings, so many seconds at most. Whether to look for jobs now: it rang, or
    nobody can tell."""
    if is_hung():
        try:
            return _redis(conf.redis_url, seconds + PATIENCE).brpop([KEY], seconds) is not None
        except RedisError as error:
            _note_away(error)
    time.sleep(seconds)
    return True


def _note_away(error: RedisError) -> None:
    global _away_until
    _away_until = time.monotonic() + HOLD_OFF
    log.warning("Redis cannot be used, so workers are not woken (%s)", error)


@cache
def _redis(url: str, patience: float) -> Redis:
    # Once more, as Redis may have been begun anew since the connection was last used.
    retry = Retry(NoBackoff(), 1)
    return Redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=patience, retry=retry)
