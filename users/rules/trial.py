"""Try rules on a user and an application, without signing in: nothing is saved, counted or logged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.translation import gettext

from users.actions.rules.enabled_rules import RuleScript, enabled_rules, read_configuration
from users.conf import conf
from users.javascript.script import ScriptError
from users.metadata.diff import Diff, diff
from users.metadata.documents import APP_METADATA, USER_METADATA, Document
from users.models import Client, Connection, User
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.may import Verb, check
from users.rights.protected_accounts import check_unprotected
from users.rights.visible import visible
from users.rules.decisions import SCOPE, Decisions, claims_in, read_decisions
from users.rules.execution import RuleRun, run_in_order
from users.rules.host import DryRunHost, actor_of
from users.rules.objects import context_object, user_object
from users.sign_in.id_token_claims import claims_of
from users.sign_in.progress import Method, SignIn, SignInRequest

Token = Literal["idToken", "accessToken"]
TOKENS: tuple[Token, ...] = ("idToken", "accessToken")
SCOPES = ("openid", "profile", "email")


@dataclass(frozen=True, kw_only=True)
class TriedRule:
    """What one rule did. `claims` are those that it added or changed, by token; `metadata` is what it would
    have saved, by document. `console` and `error` do not show values of the configuration."""

    rule: RuleScript
    claims: Mapping[Token, Mapping[str, Any]]
    metadata: Mapping[str, Diff]
    console: tuple[str, ...]
    seconds: float
    error: ScriptError | None = None


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What the rules did, in their order, up to the first that failed, and what follows for the sign-in.

    `error` is why it would be denied, None where it would not be; `decisions` are empty then. `before` and
    `after` are both documents of the user.
    """

    rules: tuple[TriedRule, ...]
    before: Mapping[str, Document]
    after: Mapping[str, Document]
    decisions: Decisions = field(default_factory=Decisions)
    error: ScriptError | None = None

    @property
    def seconds(self) -> float:
        """The time that all rules took."""
        return sum(tried.seconds for tried in self.rules)


@dataclass(frozen=True, kw_only=True)
class ExplainedClaim:
    """A claim of a token. `rule` is the one that set it last, None where the server does by itself.
    `is_dropped` says that no rule may set this claim, so that it is in no token."""

    token: Token
    name: str
    value: Any
    rule: RuleScript | None = None
    is_dropped: bool = False


def try_rules(
    user: User,
    client: Client,
    connection: Connection,
    *,
    scripts: Sequence[RuleScript],
    actor: Actor,
    scope: Sequence[str] = SCOPES,
    audience: str = "",
    network: bool = False,
) -> Trial:
    """Run the scripts, which may be drafts, as at a sign-in of the user with a password.

    HTTP requests are sent only with `network`. Raises Denied, or Protected for a user with staff rights whom
    the actor may not change.
    """
    check(actor, Verb.TRY_RULES)
    if not visible(actor, APP_METADATA, user=user):
        raise Denied(gettext("You may not try rules, because you may not see app_metadata."))
    check_unprotected(actor, user)
    request = SignInRequest(
        ip=None,
        application=client,
        audience=audience,
        scope=tuple(scope),
        query={"client_id": client.client_id, "response_type": "code", "scope": " ".join(scope)},
    )
    sign_in = SignIn(user=user, connection=connection, request=request, methods=frozenset({Method.PASSWORD}))
    return _run(sign_in, scripts, DryRunHost(user, sends_requests=network))


def _run(sign_in: SignIn, scripts: Sequence[RuleScript], host: DryRunHost) -> Trial:
    before = dict(host.documents)
    configuration = read_configuration()
    if configuration is None:
        error = ScriptError("error", "A setting of rules cannot be decrypted.")
        return Trial(rules=(), before=before, after=before, error=error)
    context, tried = context_object(sign_in), []
    decisions, error_of_all = Decisions(), None
    if scripts:
        user = user_object(sign_in, actor_of(scripts[0], sign_in.user, ip=None))
        saved = dict(host.documents)
        for run in run_in_order(scripts, user, context, configuration, host.of):
            tried.append(_tried(run, context, saved, host.documents))
            context, saved, error_of_all = run.context, dict(host.documents), run.error
    if error_of_all is None:
        try:
            is_management = sign_in.request.audience == conf.management_audience
            decisions = read_decisions(context, is_management=is_management)
        except ScriptError as refusal:
            error_of_all = refusal
    return Trial(
        rules=tuple(tried),
        before=before,
        after=dict(host.documents),
        decisions=decisions,
        error=error_of_all,
    )


def explain(
    user: User,
    client: Client,
    connection: Connection,
    *,
    actor: Actor,
    scope: Sequence[str] = SCOPES,
    audience: str = "",
) -> tuple[Trial, list[ExplainedClaim]]:
    """Say which claims about the user would be in the tokens for this application, and which of the enabled
    rules sets each. No request is sent. Raises what `try_rules` raises."""
    trial = try_rules(
        user,
        client,
        connection,
        scripts=enabled_rules().rules,
        actor=actor,
        scope=scope,
        audience=audience,
    )
    own = {"iss": conf.issuer, "aud": client.client_id, **claims_of(user, scope)}
    explained = [ExplainedClaim(token=TOKENS[0], name=name, value=value) for name, value in own.items()]
    for token in TOKENS:
        last: dict[str, TriedRule] = {}
        for tried in trial.rules:
            last |= dict.fromkeys(tried.claims[token], tried)
        allowed = trial.decisions.id_token if token == "idToken" else trial.decisions.access_token  # noqa: S105
        explained += [
            ExplainedClaim(
                token=token,
                name=name,
                value=tried.claims[token][name],
                rule=tried.rule,
                is_dropped=name in trial.decisions.dropped and name not in allowed,
            )
            for name, tried in last.items()
            if name in allowed or name in trial.decisions.dropped
        ]
    return trial, explained


def _tried(
    run: RuleRun, context: Mapping[str, Any], saved: Mapping[str, Document], now: Mapping[str, Document]
) -> TriedRule:
    """What the run changed. `context` and `saved` are as they were before it."""
    return TriedRule(
        rule=run.rule,
        claims={
            token: _new_claims(claims_in(context, token), claims_in(run.context, token)) for token in TOKENS
        },
        metadata={name: diff(saved[name], now[name]) for name in (USER_METADATA, APP_METADATA)},
        console=run.console,
        seconds=run.seconds,
        error=run.error,
    )


def _new_claims(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    changed = diff(dict(before), dict(after))
    return {name: after[name] for name in changed if name in after and name != SCOPE}
