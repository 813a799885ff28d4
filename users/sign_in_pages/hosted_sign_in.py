"""Complete a sign-in on a hosted page: open the session of single sign-on, lead back to the application."""

from __future__ import annotations

import time

from allauth.account.adapter import get_adapter
from django.contrib.auth import SESSION_KEY
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from users.models import User
from users.representation.sessions import METHODS, SIGN_IN
from users.sign_in import sso_session
from users.sign_in.outcomes import (
    Outcome,
    RedirectRequired,
    Refused,
    SecondFactorRequired,
    SignedIn,
    refusal_of,
)
from users.sign_in.progress import Method
from users.sign_in_pages.hosted_page import HostedRequest, url_of

# allauth's names of methods.
_NAMES = {Method.PASSWORD: "password", Method.SECOND_FACTOR: "mfa", Method.PROVIDER: "socialaccount"}


def complete(request: HostedRequest, outcome: Outcome) -> HttpResponse:
    """Return the response to an outcome of the sign-in transaction: the page for the second factor, or the
    way on, to another site or back to the application, which receives the tokens or the refusal."""
    store_outcome(request, outcome)
    if isinstance(outcome, SecondFactorRequired):
        return HttpResponseRedirect(url_of(request, "hosted_second_factor"))
    return lead_on(request)


def store_outcome(request: HostedRequest, outcome: Outcome) -> None:
    """Store the outcome in the session, which signs the user in where it is a success. `/authorize/resume`
    goes on from there."""
    match outcome:
        case SignedIn():
            _open_session(request, outcome)
        case SecondFactorRequired(sign_in=sign_in):
            _leave_other_user(request, sign_in.user)
            sso_session.store_progress(request.session, request.pending, sign_in)
        case RedirectRequired(sign_in=sign_in):
            _leave_other_user(request, sign_in.user)
            sso_session.store_redirect(request.session, request.pending, sign_in, state=request.state)
        case Refused():
            sso_session.store_refusal(request.session, request.pending, refusal_of(outcome))


def lead_on(request: HostedRequest) -> HttpResponse:
    """A page that leads to the answer for the application at once. A redirect in answer to the form would be
    refused by browsers, which apply our `form-action` to all that follow, on the application's side too."""
    client = request.pending.client
    context = {"client": client, "address": url_of(request, "hosted_resume"), "name": client.name}
    return render(request, "users/hosted/leaving.html", {"title": gettext("Signing in"), **context})


def _open_session(request: HostedRequest, outcome: SignedIn) -> None:
    """Sign the user in for all applications. The session gets a new key, so that a key that an attacker has
    planted before is invalid (session fixation)."""
    session = request.session
    _leave_other_user(request, outcome.user)
    records = {record["method"]: record for record in session.get(METHODS, ())}
    is_again = SESSION_KEY in session
    # The sign-in page removes the record, so where there is one, only a code was asked for: the time of the
    # sign-in stays, which limits how long the session lasts and what `max_age` accepts.
    earlier = session.get(SIGN_IN) if is_again and _NAMES[Method.PASSWORD] in records else None
    get_adapter().login(request, outcome.user)
    if earlier:
        session[SIGN_IN] = earlier
    if is_again:
        session.cycle_key()  # Django does so only for those who were signed out
    # The latest of each, so that the session does not grow with every step-up.
    session[METHODS] = [
        records.get(_NAMES[method]) or {"method": _NAMES[method], "at": time.time()}
        for method in sorted(outcome.methods)
    ]
    sso_session.store_connection(session, outcome.connection)
    sso_session.store_outcome(session, request.pending, outcome)


def _leave_other_user(request: HostedRequest, user: User) -> None:
    """Empty the session where another user was signed in, except for what binds it to this browser: Django
    would empty it at the sign-in, and with it what belongs to this one."""
    session = request.session
    if SESSION_KEY in session and request.user.pk != user.pk:
        secret, remembered = sso_session.browser_secret(session), session.get("_session_expiry")
        session.flush()
        session[sso_session.BROWSER] = secret
        if remembered is not None:
            session.set_expiry(remembered)
