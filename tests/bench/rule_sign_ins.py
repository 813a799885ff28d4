"""Whole sign-ins with rules, in this process: the exchange of a refresh token, which is the cheapest of them.

Rules are compared with the bare engine at the same place, as a hook of the sign-in: a processor whose caches
are full of other work takes longer for both.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.management.demo_server import own_environment

TAKEN_OUT, NO_RULES, BARE_ONE, ONE_RULE, BARE_FIVE, FIVE_RULES = (
    f"refresh, {what}"
    for what in (
        *("rules taken out", "no rules", "bare engine, one rule", "one rule"),
        *("bare engine, five rules", "five rules"),
    )
)
# How many rules are enabled, and how often the bare engine runs instead; None: not even the hook.
VARIANTS: dict[str, tuple[int | None, int]] = {
    TAKEN_OUT: (None, 0),
    NO_RULES: (0, 0),
    BARE_ONE: (None, 1),
    ONE_RULE: (1, 0),
    BARE_FIVE: (None, 5),
    FIVE_RULES: (5, 0),
}
# Measured calls in a row, before the next variant has its turn.
BLOCK = 10
PAUSE_SECONDS = 0.06
PASSWORD = "correct horse battery"


def prepare_database(folder: Path) -> None:
    """A new database in the folder, for a process in which Django is not set up yet."""
    os.environ.update(
        own_environment(
            DATA_DIR=str(folder),
            DATABASE_URL=f"sqlite:///{folder / 'db.sqlite3'}",
            PUBLIC_URL="http://127.0.0.1",
            ALLOWED_HOSTS="127.0.0.1,testserver",
            SECRET_KEY="only for measuring, 50 characters long: " + "x" * 20,
            DJANGO_SETTINGS_MODULE="config.settings",
        )
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def measure_sign_ins(
    script: str, call_bare_engine: Callable[[], object], seconds: float, rounds: int
) -> dict[str, list[float]]:
    """The milliseconds of each call, by variant. The variants take turns, so that whatever slows the machine
    down for a while slows all of them."""
    refresh = seed(script)
    times: dict[str, list[float]] = {name: [] for name in VARIANTS}
    end = time.perf_counter() + seconds * rounds * len(VARIANTS)
    while time.perf_counter() < end or not all(times.values()):
        for name, (number, bare) in VARIANTS.items():
            enable(number, [call_bare_engine] * bare)
            # Reads what is cached.
            refresh()
            for _ in range(BLOCK):
                # As between two sign-ins: the worker process prepares the next contexts.
                time.sleep(PAUSE_SECONDS)
                begun = time.perf_counter()
                refresh()
                times[name].append((time.perf_counter() - begun) * 1000)
    enable(0)
    return times


def seed(script: str) -> Callable[[], None]:
    """Create a user, five rules and an application with a refresh token. Returns what exchanges it."""
    from django.test import Client as Browser

    from users.actions.account.create_user import create_user
    from users.actions.rules.rules import create_rule
    from users.models import Client, Connection
    from users.rights.actor import command_actor

    actor = command_actor("bench")
    connection = Connection.objects.first() or Connection.objects.create(name="Bench", strategy="auth0")
    create_user(
        connection,
        actor=actor,
        profile={"email": "bench@example.com", "email_verified": True},
        user_metadata={"theme": "dark", "genres": ["jazz", "folk"]},
        app_metadata={"plan": "gold", "roles": ["listener"]},
        password=PASSWORD,
    )
    application = Client.objects.create(
        name="Benchmark",
        secret_hash=Client.hash_secret("s3cret"),
        token_endpoint_auth_method="client_secret_post",
        app_type="regular_web",
        grant_types=["password", "refresh_token"],
        refresh_token={"rotation_type": "non-rotating", "expiration_type": "non-expiring"},
    )
    application.connections.add(connection)
    for number in range(5):
        create_rule(actor=actor, name=f"Rule {number}", script=script, is_enabled=False)
    browser = Browser()

    def ask(**form: str) -> dict[str, Any]:
        given = {"client_id": application.client_id, "client_secret": "s3cret", **form}
        answer = browser.post("/oauth/token", given)
        if answer.status_code != 200:
            raise RuntimeError(answer.content.decode())
        return answer.json()

    enable(0)
    login = {"username": "bench@example.com", "password": PASSWORD, "scope": "openid offline_access"}
    token = ask(grant_type="password", **login)["refresh_token"]
    return lambda: (ask(grant_type="refresh_token", refresh_token=token), None)[1]


def enable(number: int | None, instead: Sequence[Callable[[], object]] = ()) -> None:
    """Enable so many rules; None has the sign-in call these functions instead."""
    from users.actions.rules.enabled_rules import clear_rules_cache
    from users.models import Rule
    from users.rules.pipeline import run_rules
    from users.sign_in import hooks
    from users.sign_in.progress import SignIn

    def call_instead(sign_in: SignIn) -> hooks.PostLoginResult:
        for function in instead:
            function()
        return hooks.PostLoginResult()

    if number is not None:
        hooks.POST_LOGIN = (run_rules,)
    else:
        hooks.POST_LOGIN = (call_instead,) if instead else ()
    keys = list(Rule.objects.order_by("order", "pk").values_list("pk", flat=True)[: number or 0])
    Rule.objects.update(is_enabled=False)
    Rule.objects.filter(pk__in=keys).update(is_enabled=True)
    clear_rules_cache()
