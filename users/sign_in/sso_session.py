"""What the session of single sign-on stores beside Django's and allauth's own keys, read and written here
alone.

The session of a browser begins with its first request to `/authorize`: it holds a secret to which waiting
requests are bound. Signing in adds the user, the connection and, for one waiting request, what the sign-in
ended in.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from users.models import AuthorizationRequest, Client, Connection, User
from users.models.authorization import hash_token
from users.representation.sessions import METHODS, SIGN_IN
from users.sign_in.authorization import SsoSession
from users.sign_in.outcomes import Refusal, SignedIn
from users.sign_in.progress import CustomClaims, Method, SignIn, SignInRequest
from users.sign_in.scope_changes import ScopeChanges

SessionData = MutableMapping[str, Any]

# Keys of the session data.
BROWSER, CONNECTION = "browser", "connection"
# Those of one waiting request, whose primary key is stored with them.
OUTCOME, REFUSAL, PROGRESS, REDIRECT = "outcome", "refusal", "progress", "redirect"
CONSENT, CONFIRMED, RESET = "consent", "confirmed", "reset"
# What was typed at a sign-in that failed.
TYPED_LOGIN = "typed_login"
# The request that was answered last.
ENDED = "ended"
# How long a right password waits for the second factor.
SECOND_FACTOR_WITHIN = timedelta(minutes=15)
# allauth's names of methods.
_METHODS = {"password": Method.PASSWORD, "mfa": Method.SECOND_FACTOR}


def browser_secret(session: SessionData) -> str:
    """Return the secret of this browser, and make one where it has none."""
    if BROWSER not in session:
        session[BROWSER] = secrets.token_urlsafe(32)
    return str(session[BROWSER])


def known_browser_secret(session: SessionData) -> str:
    """Return the secret of this browser; empty where it has none."""
    return str(session.get(BROWSER, ""))


def read_sso_session(session: SessionData, user: User | None, *, application: Client) -> SsoSession | None:
    """Return the session of the user who is signed in; None without one, or where its connection is not
    enabled for the application. `user` is that of the session, freshly read."""
    sign_in = session.get(SIGN_IN)
    if user is None or not sign_in:
        return None
    enabled = application.connections.filter(is_enabled=True)
    connection = enabled.filter(pk=session.get(CONNECTION, 0)).first()
    # Disabled or deleted since the user signed in.
    if connection is None:
        return None
    records = [record for record in session.get(METHODS, ()) if record["method"] in _METHODS]
    factors = [record["at"] for record in records if _METHODS[record["method"]] is Method.SECOND_FACTOR]
    return SsoSession(
        user=user,
        connection=connection,
        session_id=sign_in["id"],
        authenticated_at=datetime.fromisoformat(sign_in["at"]),
        methods=frozenset(_METHODS[record["method"]] for record in records),
        second_factor_at=datetime.fromtimestamp(max(factors), UTC) if factors else None,
    )


def store_connection(session: SessionData, connection: Connection) -> None:
    """Store by which connection the user has signed in."""
    session[CONNECTION] = connection.pk


def store_outcome(session: SessionData, pending: AuthorizationRequest, outcome: SignedIn) -> None:
    """Store what a sign-in has ended in, for the waiting request that it was for: hooks run once, and their
    claims go into its tokens."""
    _drop(session, PROGRESS, REDIRECT)
    session[OUTCOME] = {
        "request": pending.pk,
        "user": outcome.user.pk,
        "methods": sorted(outcome.methods),
        **_claims_to_json(outcome.claims),
        "scopes": outcome.scope_changes.to_json(),
    }


def stored_outcome(
    session: SessionData, pending: AuthorizationRequest, current: SsoSession
) -> SignedIn | None:
    """Return what the sign-in for this request has ended in; None where the user of the session did not
    sign in for it."""
    stored = _read(session, OUTCOME, pending)
    if stored is None or stored["user"] != current.user.pk:
        return None
    return SignedIn(
        user=current.user,
        connection=current.connection,
        methods=frozenset(map(Method, stored["methods"])),
        claims=_claims_from_json(stored),
        # Sessions that were stored by an earlier version have none.
        scope_changes=ScopeChanges.from_json(stored.get("scopes")),
    )


def store_refusal(session: SessionData, pending: AuthorizationRequest, refusal: Refusal) -> None:
    """Store that the sign-in was refused, and the OAuth error that the application receives."""
    _drop(session, PROGRESS, REDIRECT)
    session[REFUSAL] = {"request": pending.pk, "error": refusal.error, "description": refusal.description}


def stored_refusal(session: SessionData, pending: AuthorizationRequest) -> Refusal | None:
    """Return the error for this request, where its sign-in was refused."""
    stored = _read(session, REFUSAL, pending)
    return Refusal(stored["error"], stored["description"]) if stored else None


def store_progress(session: SessionData, pending: AuthorizationRequest, sign_in: SignIn) -> None:
    """Store a sign-in that waits for the second factor."""
    _drop(session, REDIRECT)
    session[PROGRESS] = _progress_to_json(pending, sign_in)


def stored_progress(
    session: SessionData, pending: AuthorizationRequest, request: SignInRequest
) -> SignIn | None:
    """Return the sign-in for this request that waits for the second factor, with its user freshly read;
    None where there is none, or where it has waited too long."""
    stored = _read(session, PROGRESS, pending)
    if stored is None or timezone.now() - datetime.fromisoformat(stored["at"]) > SECOND_FACTOR_WITHIN:
        return None
    return _progress_from_json(stored, request)


def store_redirect(
    session: SessionData, pending: AuthorizationRequest, sign_in: SignIn, *, state: str
) -> None:
    """Store a sign-in whose user is sent to another site first. `state` is that of the hosted pages."""
    _drop(session, PROGRESS)
    session[REDIRECT] = {**_progress_to_json(pending, sign_in), "state": state}


def stored_redirect_url(session: SessionData, pending: AuthorizationRequest) -> str:
    """Return where the user is sent before the sign-in for this request goes on; empty for nowhere."""
    stored = _read(session, REDIRECT, pending)
    return str(stored["redirect_url"]) if stored else ""


def stored_redirect_state(session: SessionData, pending: AuthorizationRequest) -> str:
    """Return the `state` of the hosted pages of a sign-in whose user was sent to another site."""
    stored = _read(session, REDIRECT, pending)
    return str(stored["state"]) if stored else ""


def take_redirected(
    session: SessionData, pending: AuthorizationRequest, request: SignInRequest
) -> SignIn | None:
    """Return, once, the sign-in whose user was sent to another site, with the user freshly read; None where
    there is none."""
    stored = _read(session, REDIRECT, pending)
    _drop(session, REDIRECT)
    return _progress_from_json(stored, request) if stored else None


def _progress_to_json(pending: AuthorizationRequest, sign_in: SignIn) -> dict[str, Any]:
    return {
        "request": pending.pk,
        "user": sign_in.user.pk,
        "generation": sign_in.user.token_generation,
        "connection": sign_in.connection.pk,
        "methods": sorted(sign_in.methods),
        "is_past_hooks": sign_in.is_past_hooks,
        "is_demanded": sign_in.is_second_factor_demanded,
        "redirect_url": sign_in.redirect_url,
        "at": timezone.now().isoformat(),
        **_claims_to_json(sign_in.claims),
        "scopes": sign_in.scope_changes.to_json(),
    }


def _progress_from_json(stored: dict[str, Any], request: SignInRequest) -> SignIn | None:
    user = User.objects.select_related("connection").filter(pk=stored["user"]).first()
    connection = Connection.objects.filter(pk=stored["connection"], is_enabled=True).first()
    if user is None or connection is None:
        return None
    # As any other access, a proven password ends when the password changes. That of a blocked user has ended
    # as well, and the sign-in says why. (An earlier version stored no generation.)
    if not user.blocked and stored.get("generation", user.token_generation) != user.token_generation:
        return None
    return SignIn(
        user=user,
        connection=connection,
        request=request,
        methods=frozenset(map(Method, stored["methods"])),
        claims=_claims_from_json(stored),
        # Sessions that were stored by an earlier version have none, nor a URL.
        scope_changes=ScopeChanges.from_json(stored.get("scopes")),
        is_second_factor_demanded=stored["is_demanded"],
        redirect_url=stored.get("redirect_url", ""),
        is_past_hooks=stored["is_past_hooks"],
    )


def store_asked_scope(session: SessionData, pending: AuthorizationRequest, scope: Iterable[str]) -> None:
    """Store the scopes to which the user is asked to consent."""
    session[CONSENT] = {"request": pending.pk, "scope": list(scope)}


def asked_scope(session: SessionData, pending: AuthorizationRequest) -> list[str] | None:
    """Return the scopes to which the user is asked to consent; None where no question was asked."""
    stored = _read(session, CONSENT, pending)
    return list(stored["scope"]) if stored else None


def confirm_account(session: SessionData, pending: AuthorizationRequest) -> None:
    """Store that the user continues with the account of the session in this waiting request."""
    session[CONFIRMED] = pending.pk


def is_account_confirmed(session: SessionData, pending: AuthorizationRequest) -> bool:
    """Whether the user has chosen to continue with the account of the session."""
    return bool(session.get(CONFIRMED) == pending.pk)


def finish_request(session: SessionData, pending: AuthorizationRequest | None) -> None:
    """Remove what is stored for the waiting request, if there is one: it is answered now."""
    _drop(session, OUTCOME, REFUSAL, PROGRESS, REDIRECT, CONSENT, CONFIRMED, RESET, TYPED_LOGIN)
    if pending is not None:
        session[ENDED] = {"state_hash": pending.state_hash, "client": pending.client_id}


def ended_client(session: SessionData, state: str) -> Client | None:
    """Return the application of a request of this browser that waits no longer, for a link back to it; None
    where it is not known."""
    secret, state_hash = known_browser_secret(session), hash_token(state)
    if not secret:
        return None
    ended = session.get(ENDED)
    if ended and ended["state_hash"] == state_hash:
        return Client.objects.filter(pk=ended["client"]).first()
    expired = AuthorizationRequest.objects.filter(state_hash=state_hash, browser_hash=hash_token(secret))
    found = expired.select_related("client").first()
    return found.client if found else None


def store_typed_login(session: SessionData, pending: AuthorizationRequest, login: str) -> None:
    """Store the login of a sign-in that failed, for the form with which its user asks for a new password."""
    session[TYPED_LOGIN] = {"request": pending.pk, "login": login}


def typed_login(session: SessionData, pending: AuthorizationRequest) -> str:
    """Return the login that was typed last for this request; empty where none was."""
    stored = _read(session, TYPED_LOGIN, pending)
    return str(stored["login"]) if stored else ""


def store_reset(session: SessionData, pending: AuthorizationRequest, *, state: str) -> None:
    """Store that a password reset was requested while this request waits; `state` is that of its pages."""
    session[RESET] = {"client": pending.client_id, "state": state}


def state_before_reset(session: SessionData, client: Client) -> str:
    """Return the `state` of the request of the client that waited when a password reset was requested; empty
    where there is none in this browser. It may have ended meanwhile."""
    stored = session.get(RESET)
    return str(stored["state"]) if stored and stored["client"] == client.pk else ""


def _read(session: SessionData, key: str, pending: AuthorizationRequest) -> dict[str, Any] | None:
    """What is stored under the key for this waiting request; None where it is for another one."""
    stored: dict[str, Any] | None = session.get(key)
    return stored if stored and stored["request"] == pending.pk else None


def _drop(session: SessionData, *keys: str) -> None:
    for key in keys:
        session.pop(key, None)


def _claims_to_json(claims: CustomClaims) -> dict[str, Any]:
    return {"id_token": dict(claims.id_token), "access_token": dict(claims.access_token)}


def _claims_from_json(stored: dict[str, Any]) -> CustomClaims:
    return CustomClaims(id_token=stored["id_token"], access_token=stored["access_token"])
