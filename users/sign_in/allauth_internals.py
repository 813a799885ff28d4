"""The private parts of django-allauth that the product uses, all in this file.

allauth may change them in any release. After an upgrade `tests/sign_in/test_allauth_internals.py` says
which of them are gone or take other arguments.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.core.internal import ratelimit
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.totp.internal.auth import clear_totp_secret, generate_totp_secret, validate_totp_code
from django.core.cache import cache
from django.http import HttpRequest  # noqa: TID251 - allauth asks for one

__all__ = [
    "clear_totp_secret",
    "count_code",
    "generate_totp_secret",
    "normalize_user_code",
    "seconds_until_next_code",
    "validate_totp_code",
]

# The counters of wrong codes, whose limits are ACCOUNT_RATE_LIMITS["login_failed"].
_APP, _ACTION = "allauth.account", "login_failed"


def count_code(user_pk: int) -> Callable[[], None] | None:
    """Count an attempt to give a code of a second factor, with those on the pages. Returns a function that
    resets the counter after a right code; None where the user has to wait."""
    # By user alone: the limit by IP address would be that of an application's server, for all its users.
    rates = [rate for rate in ratelimit.get_rates(app=_APP, action=_ACTION) if rate.per == "key"]
    config = {_ACTION: ",".join(f"{rate.amount}/{rate.duration}s/key" for rate in rates)}
    options: dict[str, Any] = {
        "app": _APP,
        "action": _ACTION,
        "config": config,
        "key": second_factor_key(user_pk),
    }
    request = HttpRequest()  # not read for a limit by key
    if ratelimit.consume(request, **options) is None:
        return None
    return lambda: ratelimit.clear(request, **options)


def seconds_until_next_code(user_pk: int) -> float:
    """Seconds until the user may try another code of a second factor; 0 where they may now."""
    rates = [rate for rate in ratelimit.get_rates(app=_APP, action=_ACTION) if rate.per == "key"]
    return max((_seconds_until_allowed(rate, second_factor_key(user_pk)) for rate in rates), default=0)


def second_factor_key(user_pk: int) -> str:
    """The key by which allauth counts wrong codes of a second factor."""
    return f"mfa-auth-user-{user_pk}"


def _seconds_until_allowed(rate: ratelimit.Rate, key: str) -> float:
    now = time.time()
    request = HttpRequest()  # not read for a limit by key
    counter = ratelimit.get_cache_key(request, app=_APP, action=_ACTION, rate=rate, key=key)
    # A dry run: to ask how long to wait must not count as an attempt.
    allowed, history = ratelimit.apply_rate(cache.get(counter, []), now, rate, dry_run=True)
    # allauth stores the newest failure first; the wait ends when the oldest one that counts expires.
    return 0 if allowed else history[rate.amount - 1] + rate.duration - now
