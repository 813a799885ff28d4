"""How often somebody may try to sign in: counted in the shared cache, alike for every door.

The limits and the counters are allauth's, which counts for the pages; what a program sends
counts together with what is typed there. This is the one module that knows how it counts.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest  # noqa: TID251 - allauth counts addresses by requests

from users.metadata.fold import fold

_FAILED = {"app": "allauth.account", "action": "login_failed"}
# Those who come by a socket without an address count as one.
_NOWHERE = "0.0.0.0"  # noqa: S104 - nothing listens there


class TooManyAttempts(Exception):
    """Too many failures of one login or from one address. `seconds` until there may be another."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many attempts; wait {seconds} seconds")


@dataclass(frozen=True)
class Attempt:
    """A try that counts as failed until it is told otherwise."""

    _usage: ratelimit.RateLimitUsage

    def succeeded(self) -> None:
        """Takes back this one. Earlier failures stay, else whoever knows one password could try
        many others in between."""
        self._usage.rollback()


def begin(login: str, *, ip: str | None) -> Attempt:
    """Count a try by this login from this address. Raises TooManyAttempts."""
    request = _request_from(ip)
    usage = ratelimit.consume(request, **_FAILED, key=key_of(login))
    if usage is None:
        raise TooManyAttempts(_seconds_to_wait(request, login))
    return Attempt(usage)


def is_barred(login: str) -> bool:
    """Whether the next try by this login will be refused, wherever it comes from."""
    return any(_wait(key, rate) > 0 for key, rate in _counters_of(login))


def forgive(login: str) -> None:
    """Let tries by this login begin anew. What is counted by address stays."""
    cache.delete_many([key for key, _ in _counters_of(login)])


def key_of(login: str) -> str:
    """What a login is counted under, however it is spelt."""
    return fold(login.strip())


def _counters_of(login: str) -> Iterator[tuple[str, ratelimit.Rate]]:
    for rate in ratelimit.get_rates(**_FAILED):
        if rate.per == "key":
            yield ratelimit.get_cache_key(None, **_FAILED, rate=rate, key=key_of(login)), rate


def _seconds_to_wait(request: HttpRequest, login: str) -> int:
    waits = [
        _wait(ratelimit.get_cache_key(request, **_FAILED, rate=rate, key=key_of(login)), rate)
        for rate in ratelimit.get_rates(**_FAILED)
    ]
    return max(1, math.ceil(max(waits)))


def _wait(key: str, rate: ratelimit.Rate) -> float:
    """Seconds until the counter lets another through; 0 where it does now."""
    now = time.time()
    allowed, history = ratelimit.apply_rate(cache.get(key, []), now, rate, dry_run=True)
    return 0 if allowed else history[rate.amount - 1] + rate.duration - now


def _request_from(ip: str | None) -> HttpRequest:
    """As much of a request as allauth reads to count."""
    request = HttpRequest()
    request.method = "POST"
    request.META["REMOTE_ADDR"] = ip or _NOWHERE
    return request
