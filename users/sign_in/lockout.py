"""The limit on failed sign-ins, counted in the shared cache, alike for pages and programs.

Failures are counted by IP address and by user: the email, the user name and the logins of linked
accounts share one counter, so that a user with several logins does not allow several times as many
guesses. The limits and the algorithm are allauth's; this is the one module that knows how it counts.
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

from users.metadata.identifiers import email_key
from users.models import User

_LOGIN_FAILED = {"app": "allauth.account", "action": "login_failed"}
# Those who come by a socket without an address count as one.
_NO_IP = "0.0.0.0"  # noqa: S104 - nothing listens there
# How many IP addresses are remembered for one user, the latest first.
_IPS_PER_KEY = 10


class TooManyAttempts(Exception):
    """Too many failures of one login or from one address. `seconds` until there may be another."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many attempts; wait {seconds} seconds")


@dataclass(frozen=True)
class Attempt:
    """A try that counts as failed until `mark_succeeded` is called."""

    _usages: list[ratelimit.SingleRateLimitUsage]

    def mark_succeeded(self) -> None:
        """Stop counting this one as failed. Earlier failures stay: a user who knows one password could
        otherwise try many others in between."""
        for usage in self._usages:
            usage.rollback()


def start_attempt(keys: list[str], *, ip: str | None) -> Attempt:
    """Count a try under each of these keys (`lockout_keys`) and from this IP address. Raises
    TooManyAttempts where one of them has reached its limit."""
    request, usages = _request_from(ip), []
    for rate in ratelimit.get_rates(**_LOGIN_FAILED):
        for key in keys if rate.per == "key" else [None]:
            usage = ratelimit._consume_single_rate(request, **_LOGIN_FAILED, rate=rate, key=key)
            if usage is None:
                raise TooManyAttempts(seconds_to_wait(keys, ip=ip))
            usages.append(usage)
    return Attempt(usages)


def is_locked_out(keys: list[str]) -> bool:
    """Whether the next try under these keys will be refused, wherever it comes from."""
    return any(_seconds_to_wait(*counter) > 0 for counter in _key_counters(*keys))


def remember_ip(keys: list[str], *, ip: str | None) -> None:
    """Remember that a sign-in under these keys from this IP address was refused, so that a block of
    the IP address is found by the user that it locks out (`blocked_ips`)."""
    rates = _ip_rates()
    if ip and rates:
        lifetime = max(rate.duration for rate in rates)
        for key in keys:
            ips = [ip, *(other for other in _remembered_ips(key) if other != ip)]
            cache.set(_ips_key(key), ips[:_IPS_PER_KEY], lifetime)


def blocked_ips(key: str) -> list[str]:
    """IP addresses that this user was tried from, and from which every user has to wait now."""
    return [
        ip
        for ip in _remembered_ips(key)
        if any(_seconds_to_wait(*counter) > 0 for counter in _ip_counters(ip))
    ]


def clear_lockout(keys: list[str]) -> None:
    """Reset these counters, and those of the IP addresses they are locked out from. Those of other
    IP addresses stay."""
    ip_counters = [name for key in keys for ip in blocked_ips(key) for name, _ in _ip_counters(ip)]
    cache.delete_many([*ip_counters, *map(_ips_key, keys)])
    reset_failures(keys)


def reset_failures(keys: list[str]) -> None:
    """Reset these counters and none of an IP address: users bring this about themselves, by a new
    password."""
    cache.delete_many([name for name, _ in _key_counters(*keys)])


def seconds_to_wait(keys: list[str], *, ip: str | None) -> int:
    """Whole seconds until these keys may be tried from this IP address; at least 1."""
    return _longest_wait([*_key_counters(*keys), *_ip_counters(ip)])


def seconds_to_wait_for(key: str) -> int:
    """The same for anything else that allauth counts failures of under `key`."""
    return _longest_wait(_key_counters(key))


def lockout_keys(login: str, accounts: Iterable[User]) -> list[str]:
    """What a try by this login is counted under: every user that one of the `accounts` it names
    signs in; the login itself, however it is spelt, where it names none.

    The prefixes keep what is typed from ever being the key of a user."""
    keys = list(dict.fromkeys(map(lockout_key, accounts)))
    return keys or [f"login:{email_key(login.strip())}"]


def lockout_key(account: User) -> str:
    """What a user is counted under, linked accounts included."""
    return f"user:{account.linked_to_id or account.pk}"


def _key_counters(*keys: str) -> Iterator[tuple[str, ratelimit.Rate]]:
    for rate in ratelimit.get_rates(**_LOGIN_FAILED):
        if rate.per == "key":
            yield from (
                (ratelimit.get_cache_key(None, **_LOGIN_FAILED, rate=rate, key=key), rate) for key in keys
            )


def _ip_counters(ip: str | None) -> Iterator[tuple[str, ratelimit.Rate]]:
    request = _request_from(ip)
    for rate in _ip_rates():
        yield ratelimit.get_cache_key(request, **_LOGIN_FAILED, rate=rate), rate


def _ip_rates() -> list[ratelimit.Rate]:
    return [rate for rate in ratelimit.get_rates(**_LOGIN_FAILED) if rate.per == "ip"]


def _remembered_ips(key: str) -> list[str]:
    return cache.get(_ips_key(key), [])


def _ips_key(key: str) -> str:
    """Hashed, since a cache key takes neither any character nor any length."""
    return f"login-ips:{hashlib.sha256(key.encode()).hexdigest()}"


def _longest_wait(counters: Iterable[tuple[str, ratelimit.Rate]]) -> int:
    return max(1, math.ceil(max((_seconds_to_wait(key, rate) for key, rate in counters), default=0)))


def _seconds_to_wait(key: str, rate: ratelimit.Rate) -> float:
    """Seconds until the counter lets another through; 0 where it does now."""
    now = time.time()
    allowed, history = ratelimit.apply_rate(cache.get(key, []), now, rate, dry_run=True)
    return 0 if allowed else history[rate.amount - 1] + rate.duration - now


def _request_from(ip: str | None) -> HttpRequest:
    """As much of a request as allauth reads to count."""
    request = HttpRequest()
    request.method = "POST"
    request.META["REMOTE_ADDR"] = ip or _NO_IP
    return request
