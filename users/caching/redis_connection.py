"""Redis connections: timeouts, retry, and a pause after a failure (circuit breaker)."""

from __future__ import annotations

import time
from typing import Any

from redis.backoff import NoBackoff
from redis.retry import Retry

# Of connecting, and of an operation beyond the time for which it waits on purpose, in seconds.
TIMEOUT = 0.5
# How long after a failure Redis is not tried again, in seconds.
RETRY_AFTER = 15.0


def connection_options(waits: float = 0) -> dict[str, Any]:
    """Options for a client whose operations wait on purpose for at most so many seconds."""
    return {
        "socket_connect_timeout": TIMEOUT,
        "socket_timeout": waits + TIMEOUT,
        # One retry, as Redis may have restarted since the connection was last used.
        "retry": Retry(NoBackoff(), 1),
    }


class RetryPause:
    """A pause of RETRY_AFTER seconds after each failure, in which Redis is not tried, so that an outage
    costs one timeout and not one for each request."""

    def __init__(self) -> None:
        self._ends_at = 0.0

    @property
    def is_over(self) -> bool:
        """Whether Redis may be tried."""
        return time.monotonic() >= self._ends_at

    def begin(self) -> None:
        """Redis could not be used just now."""
        self._ends_at = time.monotonic() + RETRY_AFTER

    def end(self) -> None:
        """Try again at once."""
        self._ends_at = 0.0
