"""Runs rules as the sign-in does, with a parent that records what they call for."""

from __future__ import annotations

from typing import Any

from users.javascript.pool import run
from users.javascript.script import Limits, Outcome, Script, ScriptCallRefused, ScriptError

JANE = {"user_id": "auth0|jane", "email": "jane@example.com", "user_metadata": {"theme": "dark"}}
CONTEXT = {"clientID": "music", "protocol": "oidc-basic-profile", "idToken": {}, "accessToken": {}}
CONFIGURATION = {"api_key": "k-123"}


class Parent:
    """Answers calls with `answers` by operation: a value, or an exception to raise. Others echo their
    arguments."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.calls: list[list[Any]] = []

    def __call__(self, operation: str, arguments: list[Any], *, seconds: float) -> Any:
        self.calls.append([operation, *arguments])
        answer = self.answers.get(operation.rpartition(".")[2], arguments)
        if isinstance(answer, Exception):
            raise answer
        return answer


def run_rule(
    source: str,
    *,
    host: Any = None,
    user: Any = JANE,
    context: Any = CONTEXT,
    configuration: Any = CONFIGURATION,
    **limits: Any,
) -> Outcome:
    arguments = {
        "user": user,
        "context": context,
        "configuration": configuration,
        "auth0": {"domain": "desk.example.com", "baseUrl": "https://desk.example.com", "accessToken": "t"},
    }
    script = Script(name="A rule", source=source)
    return run(script, arguments, host=host or Parent(), limits=Limits(**limits))


def run_body(body: str, **given: Any) -> Outcome:
    """Run a rule with this body."""
    return run_rule(f"function (user, context, callback) {{\n{body}\n}}", **given)


def evaluate(expression: str, **given: Any) -> Any:
    """The value of an expression in a rule, as JSON has it."""
    outcome = run_body(f"context.found = {expression}; callback(null, user, context);", **given)
    return outcome.value["context"].get("found")


def failure(body: str, **given: Any) -> ScriptError:
    """The error of a rule with this body, which must fail."""
    try:
        outcome = run_body(body, **given)
    except ScriptError as error:
        return error
    raise AssertionError(f"The rule succeeded: {outcome}")


REFUSED = ScriptCallRefused("The user does not exist.")
