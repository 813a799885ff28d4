"""Lockout after failed sign-ins, counted in the shared cache for pages and programs together.

Failures are counted by IP address and by user: the email, the username and the logins of linked
accounts share one counter, so that a user with several logins does not allow several times as many
guesses. The limits are those of allauth, which counts wrong codes of a second factor by itself.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache

from users.metadata.identifiers import email_key
from users.models import User
from users.throttling.ip_networks import network_of
from users.throttling.sliding_window import Counter, Event, Limit, clear

# Failed sign-ins in so many seconds.
PER_USER, PER_IP = Limit(5, 300), Limit(10, 60)
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

    _events: list[Event]

    def mark_succeeded(self) -> None:
        """Stop counting this attempt as failed. Earlier failures stay counted: a user who knows one
        password could otherwise reset the counter of their IP address between guesses at others."""
        for event in self._events:
            event.take_back()


def start_attempt(keys: list[str], *, ip: str | None) -> Attempt:
    """Count an attempt for each of these keys (`lockout_keys`) and for this IP address. Raises
    TooManyAttempts where one of them has reached its limit."""
    events = []
    for counter in (_ip_counter(ip), *map(_key_counter, keys)):
        event = counter.count()
        if event is None:
            raise TooManyAttempts(seconds_to_wait(keys, ip=ip))
        events.append(event)
    return Attempt(events)


def is_locked_out(keys: list[str]) -> bool:
    """Whether the next attempt for these keys will be refused, whatever IP address it comes from."""
    return any(_key_counter(key).seconds_to_wait() > 0 for key in keys)


def seconds_left(key: str, ip: str | None) -> int:
    """Return the whole seconds until this key may be tried again; with an IP address, until that may be tried
    from. At least 1."""
    counter = _ip_counter(ip) if ip else _key_counter(key)
    return max(1, math.ceil(counter.seconds_to_wait()))


def remember_ip(keys: list[str], *, ip: str | None) -> None:
    """Remember the IP address of a refused attempt, so that staff who look at the user find the lockout of
    the IP address that keeps this user out (`blocked_ips`)."""
    if ip:
        for key in keys:
            # The latest first: those are the addresses whose lockout the user meets.
            ips = [ip, *(other for other in _remembered_ips(key) if other != ip)]
            # No longer than a lockout of an IP address lasts.
            cache.set(_ips_key(key), ips[:_IPS_PER_KEY], PER_IP.seconds)


def blocked_ips(key: str) -> list[str]:
    """Return the locked out IP addresses that this user was tried from."""
    return [ip for ip in _remembered_ips(key) if _ip_counter(ip).seconds_to_wait() > 0]


def clear_lockout(keys: list[str]) -> None:
    """Reset the counters of these keys, and of the locked out IP addresses that they were tried from. Those
    of other IP addresses stay."""
    clear(_ip_counter(ip) for key in keys for ip in blocked_ips(key))
    cache.delete_many(map(_ips_key, keys))
    reset_failures(keys)


def reset_failures(keys: list[str]) -> None:
    """Reset the counters of these keys after a new password, and none of an IP address: users reset this
    themselves, and an attacker with an account could otherwise clear the IP address at will."""
    clear(map(_key_counter, keys))


def seconds_to_wait(keys: list[str], *, ip: str | None) -> int:
    """Return the whole seconds until these keys may be tried from this IP address; at least 1."""
    counters = (_ip_counter(ip), *map(_key_counter, keys))
    return max(1, math.ceil(max(counter.seconds_to_wait() for counter in counters)))


def lockout_keys(login: str, accounts: Iterable[User]) -> list[str]:
    """Return the keys of the counters for an attempt with this login: those of the users whom `accounts`
    sign in, or of the login itself where it is unknown, so that the limit reveals no account.

    The prefixes keep a typed login from being the key of a user."""
    keys = list(dict.fromkeys(map(lockout_key, accounts)))
    return keys or [f"login:{email_key(login.strip())}"]


def lockout_key(account: User) -> str:
    """Return the key of the counter of a user, the same for linked accounts."""
    return f"user:{account.linked_to_id or account.pk}"


def _key_counter(key: str) -> Counter:
    return Counter(f"failed sign-ins of {key}", PER_USER)


def _ip_counter(ip: str | None) -> Counter:
    return Counter(f"failed sign-ins from {network_of(ip)}", PER_IP)


def _remembered_ips(key: str) -> list[str]:
    """The IP addresses of refused attempts, the latest first."""
    ips: list[str] = cache.get(_ips_key(key), [])
    return ips


def _ips_key(key: str) -> str:
    """The cache key, hashed: back ends limit its length and characters."""
    return f"login-ips:{hashlib.sha256(key.encode()).hexdigest()}"
