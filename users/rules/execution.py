"""Run rules one after the other, on the objects that each passes on to the next."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from users.actions.rules.enabled_rules import RuleScript
from users.conf import conf
from users.javascript.pool import run
from users.javascript.script import HostCalls, Limits, Script, ScriptError
from users.rules.masking import Masker

# Seconds of CPU of all rules of one sign-in, and seconds in all: a thread of the web process waits as long.
# Source of the latter: Auth0 docs, "Actions Limitations", which are those of the container of rules.
CPU_SECONDS_OF_ALL = 5.0
SECONDS_OF_ALL = 20.0
# Limits of one rule.
CPU_SECONDS, WALL_SECONDS = Limits().cpu_seconds, Limits().wall_seconds


@dataclass(frozen=True, kw_only=True)
class RuleRun:
    """What became of one rule. `user` and `context` are as it passed them on; as it received them where it
    failed. `console` and `error` do not show values of the configuration. `seconds` is wall time."""

    rule: RuleScript
    user: dict[str, Any]
    context: dict[str, Any]
    console: tuple[str, ...]
    seconds: float
    error: ScriptError | None = None


def run_in_order(
    rules: Sequence[RuleScript],
    user: dict[str, Any],
    context: dict[str, Any],
    configuration: Mapping[str, str],
    host_of: Callable[[RuleScript], HostCalls],
) -> Iterator[RuleRun]:
    """Run the rules in their order up to the first that fails. `host_of` gives what answers the calls of a
    rule; what it raises, other than ScriptCallRefused, is raised here."""
    masker, cpu_seconds = Masker(configuration), CPU_SECONDS_OF_ALL
    end = time.monotonic() + SECONDS_OF_ALL
    for rule in rules:
        arguments = {
            "user": user,
            "context": context,
            "configuration": dict(configuration),
            "global": {},
            "auth0": _auth0(),
        }
        started = time.perf_counter()
        try:
            seconds = end - time.monotonic()
            if cpu_seconds <= 0 or seconds <= 0:
                limits = f"{CPU_SECONDS_OF_ALL:g} s of CPU time and {SECONDS_OF_ALL:g} s in all"
                raise ScriptError(
                    "time_limit", f"All rules together took longer than their limits, {limits}."
                )
            outcome = run(
                Script(name=rule.name, source=rule.script),
                arguments,
                host=host_of(rule),
                limits=Limits(
                    cpu_seconds=min(CPU_SECONDS, cpu_seconds), wall_seconds=min(WALL_SECONDS, seconds)
                ),
            )
        except ScriptError as error:
            yield RuleRun(
                rule=rule,
                user=user,
                context=context,
                console=masker.mask_lines(error.console),
                seconds=time.perf_counter() - started,
                error=ScriptError(
                    error.kind, masker.mask(error.message), line=error.line, column=error.column
                ),
            )
            return
        cpu_seconds -= outcome.cpu_seconds
        user, context = outcome.value["user"], outcome.value["context"]
        yield RuleRun(
            rule=rule,
            user=user,
            context=context,
            console=masker.mask_lines(outcome.console),
            seconds=time.perf_counter() - started,
        )


def _auth0() -> dict[str, str]:
    """The object `auth0` of scripts, as far as it is data.

    There is no access token: with one, a script could change every user, not only the one who signs in.
    """
    return {
        "domain": urlsplit(conf.issuer).netloc,
        "baseUrl": conf.management_audience.rstrip("/"),
        "accessToken": "",
    }
