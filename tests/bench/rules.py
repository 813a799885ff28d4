"""`make bench ARGS="rules"`: what running rules costs beside the bare engine, and what hostile scripts do to
others.

The bare engine is QuickJS in this process: a fresh context, the rule evaluated and called with the same JSON.
A run is what a sign-in pays for: messages to the worker process, the prelude and the limits included. Whole
sign-ins are measured besides, through the product's own endpoint.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import _quickjs
from django.apps import apps

from tests.bench.report import Goal, table
from tests.bench.rule_sign_ins import (
    BARE_FIVE,
    BARE_ONE,
    FIVE_RULES,
    NO_RULES,
    ONE_RULE,
    TAKEN_OUT,
    measure_sign_ins,
    prepare_database,
)
from users.javascript.pool import configure, run
from users.javascript.script import Limits, Script, ScriptError

RULE = """
function addClaims(user, context, callback) {
  const namespace = 'https://music.example/';
  const { theme = 'light', genres = [] } = user.user_metadata || {};
  const { plan = 'free' } = user.app_metadata || {};
  context.idToken[namespace + 'theme'] = theme;
  context.idToken[namespace + 'genres'] = genres;
  context.accessToken[namespace + 'plan'] = plan;
  callback(null, user, context);
}
"""
USER = {
    "user_id": "auth0|jane",
    "email": "jane@example.com",
    "email_verified": True,
    "identities": [{"connection": "users", "provider": "auth0", "user_id": "jane", "isSocial": False}],
    "user_metadata": {
        "theme": "dark",
        "genres": ["jazz", "folk"],
        "address": {"city": "Riga", "zip": "1010"},
    },
    "app_metadata": {"plan": "gold", "roles": ["listener"], "limits": {"devices": 3}},
}
CONTEXT = {
    "clientID": "music",
    "clientName": "Music",
    "connection": "users",
    "protocol": "oidc-basic-profile",
    "stats": {"loginsCount": 7},
    "request": {"ip": "192.0.2.1", "userAgent": "Mozilla/5.0", "query": {"scope": "openid"}, "body": {}},
    "idToken": {},
    "accessToken": {"scope": ["openid"]},
}
# Milliseconds over the bare engine, and how many times as long others may take while hostile scripts run.
MOST_FOR_ONE = 1.5
MOST_FOR_FIVE = 3.0
MOST_BESIDE_HOSTILE = 2.0
# How many times as long as one without the hook a sign-in without rules takes.
MOST_WITHOUT_RULES = 1.02
# What else a sign-in takes, above all its password hash: the work of which a hostile script must not double
# the p95.
SIGN_IN_SECONDS = 0.06


@dataclass(frozen=True)
class Figures:
    """The best round of one operation, in milliseconds."""

    operation: str
    p50: float
    p95: float


def main(arguments: list[str]) -> int:
    """A missed goal is no failure."""
    options = read(arguments)
    configure(size=4, wait_seconds=5)
    with tempfile.TemporaryDirectory() as folder:
        if not apps.ready:
            prepare_database(Path(folder))
        found = measure(options.seconds, options.rounds)
    reached = goals(found)
    sys.stdout.write(f"The best of {options.rounds} rounds of {options.seconds:g} s\n\n")
    sys.stdout.write(f"{as_text(found, reached)}\n")
    if options.json:
        written = {
            "figures": [asdict(row) for row in found],
            "goals": [{**asdict(goal), "is_met": goal.is_met} for goal in reached],
        }
        options.json.write_text(json.dumps(written, indent=2) + "\n")
    return 0


def read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=rules", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1, help="of each measurement (%(default)s)")
    parser.add_argument("--rounds", type=int, default=6, help="of which the best counts (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return parser.parse_args(arguments)


def measure(seconds: float, rounds: int) -> list[Figures]:
    """The best round of each operation."""
    operations: list[tuple[str, Callable[[], Any]]] = [
        ("bare engine, one rule", call_bare_engine),
        ("run, one rule", run_rule),
        ("bare engine, five rules", lambda: [call_bare_engine() for _ in range(5)]),
        ("run, five rules", lambda: [run_rule() for _ in range(5)]),
        ("sign-in with a rule", sign_in),
    ]
    best: dict[str, Figures] = {}
    # The first round only warms up.
    for number in range(rounds + 1):
        for name, operation in operations:
            keep_best(best, time_each(name, operation, seconds), is_counted=number > 0)
        with hostile_scripts():
            name = "sign-in with a rule, beside hostile scripts"
            keep_best(best, time_each(name, sign_in, seconds), is_counted=number > 0)
    sign_ins = measure_sign_ins(f"{RULE}\n", call_bare_engine, seconds, rounds)
    return [*best.values(), *(as_figures(name, times) for name, times in sign_ins.items())]


def keep_best(best: dict[str, Figures], found: Figures, *, is_counted: bool) -> None:
    known = best.get(found.operation)
    if is_counted and (known is None or found.p50 < known.p50):
        best[found.operation] = found


def time_each(name: str, operation: Callable[[], Any], seconds: float) -> Figures:
    times: list[float] = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        began = time.perf_counter()
        operation()
        times.append((time.perf_counter() - began) * 1000)
        # As between two sign-ins: the worker process prepares the next contexts.
        time.sleep(0.02)
    return as_figures(name, times)


def as_figures(name: str, times: list[float]) -> Figures:
    ordered = sorted(times)
    return Figures(name, ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)])


def call_bare_engine() -> Any:
    context = _quickjs.Context()
    context.set_memory_limit(32 * 1024 * 1024)
    context.set_time_limit(1)
    call = context.eval(
        "(function (rule, text) { const { user, context } = JSON.parse(text); let passed;"
        " rule(user, context, (error, user, context) => { passed = JSON.stringify({ user, context }) });"
        " return passed })"
    )
    rule = context.eval(f"({RULE}\n)")
    return json.loads(call(rule, json.dumps({"user": USER, "context": CONTEXT})))


def run_rule(source: str = RULE, limits: Limits = Limits()) -> Any:  # noqa: B008 - frozen
    arguments = {"user": USER, "context": CONTEXT, "configuration": {}, "auth0": {}}
    return run(Script(name="bench", source=source), arguments, host=refuse, limits=limits).value


def sign_in() -> None:
    """As much CPU time as a sign-in takes, and a rule."""
    end = time.thread_time() + SIGN_IN_SECONDS
    while time.thread_time() < end:
        pass
    run_rule()


class hostile_scripts:  # noqa: N801 - a context manager
    """Runs a script that never ends, again and again, in another thread."""

    def __enter__(self) -> None:
        self._is_over = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self._thread.join()

    def _run(self) -> None:
        source = "function () { for (;;) try { while (true) {} } catch {} }"
        while not self._is_over:
            with suppress(ScriptError):
                run_rule(source, Limits(cpu_seconds=0.5))


def refuse(operation: str, arguments: list[Any], *, seconds: float) -> Any:
    raise AssertionError("The rule calls nothing.")


def goals(found: list[Figures]) -> list[Goal]:
    """What the figures say of each."""
    by = {row.operation: row for row in found}
    bare_one, bare_five = (by[f"bare engine, {number}"].p50 for number in ("one rule", "five rules"))
    one, five = by["run, one rule"].p50 - bare_one, by["run, five rules"].p50 - bare_five
    without = by[NO_RULES].p50
    alone, beside = (by[f"sign-in with a rule{more}"].p95 for more in ("", ", beside hostile scripts"))
    return [
        Goal("one rule: milliseconds over the bare engine", one, MOST_FOR_ONE),
        Goal("five rules: milliseconds over the bare engine", five, MOST_FOR_FIVE),
        Goal("one rule in a refresh: likewise", by[ONE_RULE].p50 - by[BARE_ONE].p50, MOST_FOR_ONE),
        Goal("five rules in a refresh: likewise", by[FIVE_RULES].p50 - by[BARE_FIVE].p50, MOST_FOR_FIVE),
        Goal("a refresh without rules / without their hook", without / by[TAKEN_OUT].p50, MOST_WITHOUT_RULES),
        Goal("p95 of a sign-in beside hostile scripts / alone", beside / alone, MOST_BESIDE_HOSTILE),
    ]


def as_text(found: list[Figures], reached: list[Goal]) -> str:
    rows = [("operation", "p50 ms", "p95 ms")]
    rows += [(row.operation, f"{row.p50:.2f}", f"{row.p95:.2f}") for row in found]
    verdicts = [
        (goal.what, f"{goal.ratio:.2f}", f"at most {goal.most:g}", "ok" if goal.is_met else "MISSED")
        for goal in reached
    ]
    return f"{table(rows)}\n\n{table([('goal', '', '', ''), *verdicts])}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
