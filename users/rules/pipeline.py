"""The post-login hook: run the enabled rules of a sign-in to an application."""

from __future__ import annotations

from typing import Any

from users.actions.rules.enabled_rules import RuleScript, enabled_rules
from users.conf import conf
from users.javascript.script import ScriptError
from users.log.record import log_event
from users.rules.decisions import Decisions, read_decisions
from users.rules.execution import RuleRun, run_in_order
from users.rules.host import Host, actor_of
from users.rules.objects import context_object, user_object
from users.rules.statistics import count_run
from users.sign_in.hooks import PostLoginResult
from users.sign_in.outcomes import SignInDenied
from users.sign_in.progress import SignIn
from users.throttling.debounce import is_first_within

# Characters of a script's error that the application receives.
MAX_MESSAGE = 500
# Seconds during which claims that were left out are logged once for a client.
DROPPED_LOG_SECONDS = 60
# Names of such claims in the log, and characters of each: a script may form any number of them.
MAX_DROPPED = 20
MAX_NAME = 100
# What the application receives where the message is not the script's own. The log has more.
_FAILURES = {
    "time_limit": "A rule took too long.",
    "memory_limit": "A rule needed too much memory.",
    "output_limit": "A rule passed on too much data.",
    "no_callback": "A rule ended without calling its callback.",
    "worker_lost": "A rule could not be run.",
    "busy": "Too many rules are running. Try again.",
    "syntax": "A rule could not be run.",
}


def run_rules(sign_in: SignIn) -> PostLoginResult:
    """Run the enabled rules and return what they have decided; nothing where there are none. Raises
    SignInDenied where any of them fails, whatever the reason."""
    enabled = enabled_rules()
    if not enabled.rules:
        return PostLoginResult()
    if enabled.configuration is None:
        text = "A setting of rules cannot be decrypted: its key is no longer among ENCRYPTION_KEYS."
        raise SignInDenied("A rule could not be run.", log_description=text)
    host = Host(sign_in.user, ip=sign_in.request.ip)
    user = user_object(sign_in, actor_of(enabled.rules[0], sign_in.user, ip=None))
    context, runs = context_object(sign_in), []
    for run in run_in_order(enabled.rules, user, context, enabled.configuration, host.of):
        runs.append(run)
        count_run(run)
        if run.error is not None:
            raise _denial(run.rule, run.error, runs)
        context = run.context
    try:
        decisions = read_decisions(
            context, is_management=sign_in.request.audience == conf.management_audience
        )
    except ScriptError as error:
        raise _denial(runs[-1].rule, error, runs) from None
    _log_output(sign_in, runs, decisions)
    return PostLoginResult(
        id_token=decisions.id_token,
        access_token=decisions.access_token,
        scopes=decisions.scopes,
        demands_second_factor=decisions.demands_second_factor,
        redirect_url=decisions.redirect_url,
        user=None if host.user is sign_in.user else host.user,
    )


def _denial(rule: RuleScript, error: ScriptError, runs: list[RuleRun]) -> SignInDenied:
    """The denial of a sign-in by a rule that failed, with what the log says about it."""
    text = _FAILURES.get(error.kind) or " ".join(error.message.split())[:MAX_MESSAGE]
    is_unauthorized = error.kind == "unauthorized"
    failure = {"name": rule.name, "id": rule.rule_id, "kind": error.kind, "message": error.message}
    return SignInDenied(
        text or "A rule denied the sign-in.",
        error="unauthorized" if is_unauthorized else "access_denied",
        # The message may contain values of the user's app_metadata: it is in the details, which not all
        # readers of the log see.
        log_description=f"Denied by the rule {rule.name}" if is_unauthorized else f"Rule {rule.name} failed",
        log_details={"rules": {"failure": {**failure, "line": error.line}, "console": _console(runs)}},
    )


def _log_output(sign_in: SignIn, runs: list[RuleRun], decisions: Decisions) -> None:
    """Log what rules have printed, and which claims were left out."""
    details: dict[str, Any] = {}
    if console := _console(runs):
        details["console"] = console
    client = sign_in.request.through.client_id
    dropped = [name[:MAX_NAME] for name in decisions.dropped[:MAX_DROPPED]]
    if dropped and (console or is_first_within(DROPPED_LOG_SECONDS, "dropped claims", client, *dropped)):
        details["dropped_claims"] = dropped
    if details:
        log_event(
            "w",
            user=sign_in.user,
            connection=sign_in.connection,
            ip=sign_in.request.ip or "",
            through=sign_in.request.through,
            description="Output of rules",
            details={"rules": details},
        )


def _console(runs: list[RuleRun]) -> dict[str, list[str]]:
    """What each rule has printed, by its name; rules that printed nothing are left out."""
    return {run.rule.name: list(run.console) for run in runs if run.console}
