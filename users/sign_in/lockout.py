"""The limit on failed sign-ins, counted in the shared cache, alike for pages and programs.

Failures are counted by IP address and by user: the email, the user name and the logins of linked
accounts share one counter, so that a user with several logins does not allow several times as many
guesses. The limits and the counters are allauth's.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.cache import cache

from users.metadata.identifiers import email_key
from users.models import User
from users.sign_in.allauth_internals import (
    Rate,
    SingleRateLimitUsage,
    consume,
    counter_name,
    failure_rates,
    seconds_until_allowed,
)

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

    _usages: list[SingleRateLimitUsage]

    def mark_succeeded(self) -> None:
        """Stop counting this one as failed. Earlier failures stay: a user who knows one password could
        otherwise try many others in between."""
        for usage in self._usages:
            usage.rollback()


def start_attempt(keys: list[str], *, ip: str | None) -> Attempt:
    """Count a try under each of these keys (`lockout_keys`) and from this IP address. Raises
    TooManyAttempts where one of them has reached its limit."""
    usages = []
    for rate in failure_rates():
        for key in keys if rate.per == "key" else [None]:
            usage = consume(rate, key=key, ip=ip)
            if usage is None:
                raise TooManyAttempts(seconds_to_wait(keys, ip=ip))
            usages.append(usage)
    return Attempt(usages)


def is_locked_out(keys: list[str]) -> bool:
    """Whether the next try under these keys will be refused, wherever it comes from."""
    return any(seconds_until_allowed(*counter) > 0 for counter in _key_counters(*keys))


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
        if any(seconds_until_allowed(*counter) > 0 for counter in _ip_counters(ip))
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


def _key_counters(*keys: str) -> Iterator[tuple[str, Rate]]:
    for rate in failure_rates():
        if rate.per == "key":
            yield from ((counter_name(rate, key=key), rate) for key in keys)


def _ip_counters(ip: str | None) -> Iterator[tuple[str, Rate]]:
    for rate in _ip_rates():
        yield counter_name(rate, ip=ip), rate


def _ip_rates() -> list[Rate]:
    return [rate for rate in failure_rates() if rate.per == "ip"]


def _remembered_ips(key: str) -> list[str]:
    return cache.get(_ips_key(key), [])


def _ips_key(key: str) -> str:
    """Hashed, since a cache key takes neither any character nor any length."""
    return f"login-ips:{hashlib.sha256(key.encode()).hexdigest()}"


def _longest_wait(counters: Iterable[tuple[str, Rate]]) -> int:
    return max(1, math.ceil(max((seconds_until_allowed(*counter) for counter in counters), default=0)))
