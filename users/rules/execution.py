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

# Seconds of CPU of all rules of one sign-in, and of one rule.
CPU_SECONDS_OF_ALL = 5.0
CPU_SECONDS = Limits().cpu_seconds


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
            if cpu_seconds <= 0:
                raise ScriptError("time_limit", f"All rules together took {CPU_SECONDS_OF_ALL:g} s of CPU.")
            outcome = run(
                Script(name=rule.name, source=rule.script),
                arguments,
                host=host_of(rule),
                limits=Limits(cpu_seconds=min(CPU_SECONDS, cpu_seconds)),
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
