"""Open the session of single sign-on in a browser, for hosted pages and for pages of applications alike."""

from __future__ import annotations

import time

from allauth.account.adapter import get_adapter
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

from users.models import User
from users.representation.sessions import METHODS, SIGN_IN
from users.sign_in import sso_session
from users.sign_in.outcomes import SignedIn
from users.sign_in.progress import Method

# allauth's names of methods.
_NAMES = {Method.PASSWORD: "password", Method.SECOND_FACTOR: "mfa", Method.PROVIDER: "socialaccount"}


def open_sso_session(request: HttpRequest, outcome: SignedIn) -> None:
    """Sign the user in for all applications. The session gets a new key, so that a key that an attacker has
    planted before is invalid (session fixation)."""
    session = request.session
    leave_other_user(request, outcome.user)
    records = {record["method"]: record for record in session.get(METHODS, ())}
    is_again = SESSION_KEY in session
    # Where the password is asked for, its record is removed before. Where there is one, only a code was asked
    # for: the time of the sign-in stays, which limits how long the session lasts and what `max_age` accepts.
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


def leave_other_user(request: HttpRequest, user: User) -> None:
    """Empty the session where another user was signed in, except for what binds it to this browser: Django
    would empty it at the sign-in, and with it what belongs to this one."""
    session = request.session
    if SESSION_KEY in session and request.user.pk != user.pk:
        secret, remembered = sso_session.browser_secret(session), session.get("_session_expiry")
        session.flush()
        session[sso_session.BROWSER] = secret
        if remembered is not None:
            session.set_expiry(remembered)
