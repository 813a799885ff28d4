"""Lockout after failed sign-ins, counted in the shared cache for pages and programs together.

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
    """A lockout of the user or of the IP address, for `seconds`."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many attempts; wait {seconds} seconds")


@dataclass(frozen=True)
class Attempt:
    """An attempt that counts as failed until `mark_succeeded` is called.

    Counted first and taken back afterwards, so that attempts at the same time cannot exceed the limit.
    """

    _usages: list[SingleRateLimitUsage]

    def mark_succeeded(self) -> None:
        """Stop counting this attempt as failed. Earlier failures stay counted: a user who knows one
        password could otherwise reset the counter of their IP address between guesses at others."""
        for usage in self._usages:
            usage.rollback()


def start_attempt(keys: list[str], *, ip: str | None) -> Attempt:
    """Count an attempt for each of these keys (`lockout_keys`) and for this IP address. Raises
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
    """Whether the next attempt for these keys will be refused, whatever IP address it comes from."""
    return any(seconds_until_allowed(*counter) > 0 for counter in _key_counters(*keys))


def remember_ip(keys: list[str], *, ip: str | None) -> None:
    """Remember the IP address of a refused attempt, so that staff who look at the user find the lockout of
    the IP address that keeps this user out (`blocked_ips`)."""
    rates = _ip_rates()
    if ip and rates:
        lifetime = max(rate.duration for rate in rates)
        for key in keys:
            ips = [ip, *(other for other in _remembered_ips(key) if other != ip)]
            cache.set(_ips_key(key), ips[:_IPS_PER_KEY], lifetime)


def blocked_ips(key: str) -> list[str]:
    """Return the locked out IP addresses that this user was tried from."""
    return [
        ip
        for ip in _remembered_ips(key)
        if any(seconds_until_allowed(*counter) > 0 for counter in _ip_counters(ip))
    ]


def clear_lockout(keys: list[str]) -> None:
    """Reset the counters of these keys, and of the locked out IP addresses that they were tried from. Those
    of other IP addresses stay."""
    ip_counters = [name for key in keys for ip in blocked_ips(key) for name, _ in _ip_counters(ip)]
    cache.delete_many([*ip_counters, *map(_ips_key, keys)])
    reset_failures(keys)


def reset_failures(keys: list[str]) -> None:
    """Reset the counters of these keys after a new password, and none of an IP address: users reset this
    themselves, and an attacker with an account could otherwise clear the IP address at will."""
    cache.delete_many([name for name, _ in _key_counters(*keys)])


def seconds_to_wait(keys: list[str], *, ip: str | None) -> int:
    """Return the whole seconds until these keys may be tried from this IP address; at least 1."""
    return _longest_wait([*_key_counters(*keys), *_ip_counters(ip)])


def seconds_to_wait_for(key: str) -> int:
    """Return the same for another key of allauth's, such as that of wrong codes (`second_factor_key`)."""
    return _longest_wait(_key_counters(key))


def lockout_keys(login: str, accounts: Iterable[User]) -> list[str]:
    """Return the keys of the counters for an attempt with this login: those of the users whom `accounts`
    sign in, or of the login itself where it is unknown, so that the limit reveals no account.

    The prefixes keep a typed login from being the key of a user."""
    keys = list(dict.fromkeys(map(lockout_key, accounts)))
    return keys or [f"login:{email_key(login.strip())}"]


def lockout_key(account: User) -> str:
    """Return the key of the counter of a user, the same for linked accounts."""
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
    ips: list[str] = cache.get(_ips_key(key), [])
    return ips


def _ips_key(key: str) -> str:
    """The cache key, hashed: back ends limit its length and characters."""
    return f"login-ips:{hashlib.sha256(key.encode()).hexdigest()}"


def _longest_wait(counters: Iterable[tuple[str, Rate]]) -> int:
    return max(1, math.ceil(max((seconds_until_allowed(*counter) for counter in counters), default=0)))
