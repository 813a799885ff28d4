"""The private parts of django-allauth that the product uses, all in this file.

allauth may change them in any release. After an upgrade `tests/sign_in/test_allauth_internals.py` says
which of them are gone or take other arguments.
"""

from __future__ import annotations

import time

from allauth.core.internal import ratelimit
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.core.internal.ratelimit import Rate, SingleRateLimitUsage
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.core.cache import cache
from django.http import HttpRequest  # noqa: TID251 - allauth counts IP addresses by requests

__all__ = [
    "Rate",
    "SingleRateLimitUsage",
    "consume",
    "counter_name",
    "failure_rates",
    "generate_totp_secret",
    "normalize_user_code",
    "second_factor_key",
    "seconds_until_allowed",
]

# The counters of failed sign-ins, whose limits are ACCOUNT_RATE_LIMITS["login_failed"].
_APP, _ACTION = "allauth.account", "login_failed"
# Callers on a Unix socket have no IP address; they share one counter.
_NO_IP = "0.0.0.0"  # noqa: S104 - nothing listens there


def failure_rates() -> list[Rate]:
    """The limits on failed sign-ins: `per` is "ip" or "key", `duration` is in seconds."""
    return ratelimit.get_rates(app=_APP, action=_ACTION)


def consume(rate: Rate, *, key: str | None = None, ip: str | None = None) -> SingleRateLimitUsage | None:
    """Count a failure against the limit, by key or by IP address; None where it has been reached.

    The usage can be rolled back. Its public sibling counts by one key only.
    """
    request = _request_from(ip)
    return ratelimit._consume_single_rate(request, app=_APP, action=_ACTION, rate=rate, key=key)


def counter_name(rate: Rate, *, key: str | None = None, ip: str | None = None) -> str:
    """The cache key under which allauth counts."""
    return ratelimit.get_cache_key(_request_from(ip), app=_APP, action=_ACTION, rate=rate, key=key)


def seconds_until_allowed(counter: str, rate: Rate) -> float:
    """Seconds until the counter lets another attempt through; 0 where it does now. Counts nothing."""
    now = time.time()
    allowed, history = ratelimit.apply_rate(cache.get(counter, []), now, rate, dry_run=True)
    return 0 if allowed else history[rate.amount - 1] + rate.duration - now


def second_factor_key(user_pk: int) -> str:
    """The key by which allauth counts wrong codes of a second factor."""
    return f"mfa-auth-user-{user_pk}"


def _request_from(ip: str | None) -> HttpRequest:
    """As much of a request as allauth reads to count."""
    request = HttpRequest()
    request.method = "POST"
    request.META["REMOTE_ADDR"] = ip or _NO_IP
    return request
