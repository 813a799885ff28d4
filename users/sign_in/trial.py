"""Trials: an administrator tries the sign-in of an application from the dashboard.

It is the authorization code flow with PKCE, whose answer goes to a page of the dashboard. That page is a
callback of no application: `/authorize` accepts it only in a request that the dashboard has signed, and
nothing of the request can be changed. The page exchanges the code itself, without the client's secret, by
the verifier in the session of the administrator who began the trial.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from users.actions.authorizations.authorizations import revoke_authorizations
from users.actions.authorizations.codes import CodeRefused, redeem_code
from users.crypto.signer import BadSignature, Purpose, sign, verify
from users.log.record import ClientContext, log_event
from users.models import Authorization, AuthorizationCode, Client
from users.sign_in.token_answer import token_answer
from users.sign_in.userinfo_claims import userinfo_claims

# How long the signed request may be sent to `/authorize`; a user may then take their time to sign in.
START_WITHIN = timedelta(minutes=10)
# A trial leaves nothing behind that is good for later.
_NO_REFRESH = "offline_access"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A trial that waits for its answer, as it is stored in the administrator's session."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    code_verifier: str

    def to_json(self) -> dict[str, str]:
        """The trial as it is stored."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class TrialResult:
    """What the application would have got: the body of the token endpoint and the claims of `/userinfo`,
    None without the scope `openid`."""

    authorization: Authorization
    tokens: dict[str, Any]
    userinfo: dict[str, Any] | None


def begin_trial(
    client: Client, *, redirect_uri: str, scope: str, audience: str = ""
) -> tuple[Trial, dict[str, str]]:
    """Return a new trial, and the parameters to send to `/authorize`. `scope` is space-separated;
    `offline_access` is left out."""
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    parameters = {
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        # The code appears in no URL, and so in no log and no browser history.
        "response_mode": "form_post",
        "scope": " ".join(word for word in scope.split() if word != _NO_REFRESH),
        "nonce": nonce,
        "code_challenge": create_s256_code_challenge(verifier),
        "code_challenge_method": "S256",
        # The page is what is tried: it is shown also to those who are signed in.
        "prompt": "login",
        **({"audience": audience} if audience else {}),
    }
    token = secrets.token_urlsafe(24)
    state = sign([token, _digest((name, [value]) for name, value in parameters.items())], Purpose.TRIAL)
    trial = Trial(
        client_id=client.client_id,
        redirect_uri=redirect_uri,
        state=state,
        nonce=nonce,
        code_verifier=verifier,
    )
    return trial, {**parameters, "state": state}


def is_trial(parameters: Iterable[tuple[str, list[str]]]) -> bool:
    """Whether this is an authorization request that the dashboard has signed, at most ten minutes ago.
    `parameters` are all of the request, each with its values."""
    given = dict(parameters)
    states = given.pop("state", [])
    if len(states) != 1:
        return False
    try:
        signed = verify(states[0], Purpose.TRIAL, max_age=START_WITHIN)
    except BadSignature:
        return False
    return bool(signed[1] == _digest(given.items()))


def finish_trial(trial: Trial, client: Client, code: str, *, ip: str) -> TrialResult:
    """Exchange the code, and return what the application would have got. Raises CodeRefused.

    The tokens are revoked at once: they are to be read, and this is the only place where they are.
    """

    def is_verified(found: AuthorizationCode) -> bool:
        challenge = create_s256_code_challenge(trial.code_verifier)
        return secrets.compare_digest(found.code_challenge, challenge) and found.nonce == trial.nonce

    if client.client_id != trial.client_id:
        raise CodeRefused
    found = redeem_code(code, client, redirect_uri=trial.redirect_uri, is_verified=is_verified)
    authorization = found.authorization
    server, scope = authorization.resource_server, frozenset(authorization.scope)
    log_event(
        "seacft",
        user=authorization.user,
        connection=authorization.connection,
        through=ClientContext.of(client, server.audience if server else ""),
        ip=ip,
        scope=" ".join(authorization.scope),
        description="Trial from the dashboard",
    )
    tokens = token_answer(authorization, nonce=found.nonce)
    userinfo = userinfo_claims(authorization, scope) if "openid" in scope else None
    revoke_authorizations(Authorization.objects.filter(pk=authorization.pk))
    return TrialResult(authorization=authorization, tokens=tokens, userinfo=userinfo)


def _digest(parameters: Iterable[tuple[str, list[str]]]) -> str:
    return hashlib.sha256(json.dumps(sorted(parameters)).encode()).hexdigest()
