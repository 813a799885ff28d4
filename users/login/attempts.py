"""How often somebody may try to sign in: counted in the shared cache, alike for every door.

The limits and the counters are allauth's, which counts for the pages; what a program sends
counts together with what is typed there. This is the one module that knows how it counts.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest  # noqa: TID251 - allauth counts addresses by requests

from users.metadata.fold import fold

_FAILED = {"app": "allauth.account", "action": "login_failed"}
# Those who come by a socket without an address count as one.
_NOWHERE = "0.0.0.0"  # noqa: S104 - nothing listens there
# How many IP addresses are remembered for one login, the latest first.
_IPS_PER_LOGIN = 10


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
        raise TooManyAttempts(seconds_to_wait(login, ip=ip))
    return Attempt(usage)


def is_barred(login: str) -> bool:
    """Whether the next try by this login will be refused, wherever it comes from."""
    return any(_wait(key, rate) > 0 for key, rate in _counters_of(login))


def note_ip(login: str, *, ip: str | None) -> None:
    """Remember that a sign-in by this login from this IP address was refused, so that a block of
    the IP address is found by the login that it locks out (`blocked_ips`)."""
    rates = _ip_rates()
    if ip and rates:
        ips = [ip, *(other for other in _noted_ips(login) if other != ip)]
        lifetime = max(rate.duration for rate in rates)
        cache.set(_ips_key(login), ips[:_IPS_PER_LOGIN], lifetime)


def blocked_ips(login: str) -> list[str]:
    """IP addresses that this login was tried from, and from which every login has to wait now."""
    return [ip for ip in _noted_ips(login) if any(_wait(*counter) > 0 for counter in _ip_counters(ip))]


def forgive(login: str) -> None:
    """Reset the counters of this login, and of the IP addresses it is locked out from. Those of
    other IP addresses stay."""
    ip_counters = [key for ip in blocked_ips(login) for key, _ in _ip_counters(ip)]
    cache.delete_many([*(key for key, _ in _counters_of(login)), *ip_counters, _ips_key(login)])


def seconds_to_wait(login: str, *, ip: str | None) -> int:
    """Whole seconds until this login may be tried from this IP address; at least 1."""
    return _longest_wait([*_counters_of(login), *_ip_counters(ip)])


def seconds_to_wait_for(key: str) -> int:
    """The same for anything else that allauth counts failures of under `key`."""
    return _longest_wait(_key_counters(key))


def key_of(login: str) -> str:
    """What a login is counted under, however it is spelt."""
    return fold(login.strip())


def _counters_of(login: str) -> Iterator[tuple[str, ratelimit.Rate]]:
    return _key_counters(key_of(login))


def _key_counters(key: str) -> Iterator[tuple[str, ratelimit.Rate]]:
    for rate in ratelimit.get_rates(**_FAILED):
        if rate.per == "key":
            yield ratelimit.get_cache_key(None, **_FAILED, rate=rate, key=key), rate


def _ip_counters(ip: str | None) -> Iterator[tuple[str, ratelimit.Rate]]:
    request = _request_from(ip)
    for rate in _ip_rates():
        yield ratelimit.get_cache_key(request, **_FAILED, rate=rate), rate


def _ip_rates() -> list[ratelimit.Rate]:
    return [rate for rate in ratelimit.get_rates(**_FAILED) if rate.per == "ip"]


def _noted_ips(login: str) -> list[str]:
    return cache.get(_ips_key(login), [])


def _ips_key(login: str) -> str:
    """Hashed, since a cache key takes neither any character nor any length."""
    return f"login-ips:{hashlib.sha256(key_of(login).encode()).hexdigest()}"


def _longest_wait(counters: Iterable[tuple[str, ratelimit.Rate]]) -> int:
    return max(1, math.ceil(max((_wait(key, rate) for key, rate in counters), default=0)))


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
