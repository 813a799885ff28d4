"""Each private part of allauth that we use is still there and takes the same arguments.

A failure after an upgrade of allauth names what `users/sign_in/allauth_internals.py` has to follow.
"""

from __future__ import annotations

import ast
import inspect
import time
from pathlib import Path

import pytest
from allauth.core.internal import cryptokit, ratelimit
from allauth.mfa.base.internal import flows
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache

from users.sign_in import allauth_internals

PRODUCT = Path(allauth_internals.__file__).resolve().parents[1]
COUNTED = {"app": "allauth.account", "action": "login_failed"}
COUNTER = ["request", "app", "action", "rate", "key", "user"]


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (ratelimit.get_rates, ["app", "action", "config"]),
        (ratelimit.get_cache_key, COUNTER),
        (ratelimit.apply_rate, ["history", "now", "rate", "dry_run"]),
        (ratelimit.Rate, ["amount", "duration", "per"]),
        (cryptokit.normalize_user_code, ["code"]),
        (totp.generate_totp_secret, ["length"]),
        (totp.validate_totp_code, ["secret", "code"]),
        (totp.clear_totp_secret, ["request"]),
        (
            ratelimit.consume,
            ["request", "app", "action", "config", "key", "user", "dry_run", "limit_get", "raise_exception"],
        ),
        (ratelimit.clear, ["request", "app", "action", "config", "key", "user"]),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_a_private_function_takes_what_it_took(function, parameters):
    assert list(inspect.signature(function).parameters) == parameters


def test_counters_are_lists_of_moments_the_latest_first():
    """`seconds_until_next_code` reads them from the cache itself."""
    rate = ratelimit.Rate(amount=2, duration=60, per="key")
    history: list[float] = []
    for now in (100.0, 110.0, 120.0):
        allowed, history = ratelimit.apply_rate(history, now, rate)

    assert (allowed, history) == (False, [110.0, 100.0])


@pytest.mark.django_db
def test_the_time_to_wait_is_that_of_the_oldest_failure(monkeypatch):
    now = time.time()
    [rate] = [rate for rate in ratelimit.get_rates(**COUNTED) if rate.per == "key"]
    name = ratelimit.get_cache_key(None, **COUNTED, rate=rate, key=allauth_internals.second_factor_key(17))
    cache.set(name, [now - 10 * number for number in range(rate.amount)], 60)
    monkeypatch.setattr(allauth_internals.time, "time", lambda: now)

    waits = allauth_internals.seconds_until_next_code(17)

    assert waits == pytest.approx(rate.duration - 10 * (rate.amount - 1))
    assert allauth_internals.seconds_until_next_code(18) == 0


def test_wrong_codes_are_counted_under_the_same_key():
    key = allauth_internals.second_factor_key(17).replace("17", "{str(user.pk)}")

    assert f'f"{key}"' in inspect.getsource(flows.check_rate_limit)


def test_no_other_file_of_the_product_imports_them():
    importers = {
        path.relative_to(PRODUCT).as_posix()
        for path in PRODUCT.rglob("*.py")
        for module in _imports(path)
        if module.startswith("allauth.") and "internal" in module.split(".")
    }

    assert importers == {"sign_in/allauth_internals.py"}


def _imports(path: Path) -> list[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    modules = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return modules + [
        f"{node.module}.{alias.name}"
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    ]
