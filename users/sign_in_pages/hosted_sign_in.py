"""Complete a sign-in on a hosted page: open the session of single sign-on, lead back to the application."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from users.sign_in import sso_session
from users.sign_in.outcomes import (
    Outcome,
    RedirectRequired,
    Refused,
    SecondFactorRequired,
    SignedIn,
    refusal_of,
)
from users.sign_in_pages.hosted_page import HostedRequest, url_of
from users.web.sso_sign_in import leave_other_user, open_sso_session


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
            open_sso_session(request, outcome)
            sso_session.store_outcome(request.session, request.pending, outcome)
        case SecondFactorRequired(sign_in=sign_in):
            leave_other_user(request, sign_in.user)
            sso_session.store_progress(request.session, request.pending, sign_in)
        case RedirectRequired(sign_in=sign_in):
            leave_other_user(request, sign_in.user)
            sso_session.store_redirect(request.session, request.pending, sign_in, state=request.state)
        case Refused():
            sso_session.store_refusal(request.session, request.pending, refusal_of(outcome))


def lead_on(request: HostedRequest) -> HttpResponse:
    """A page that leads to the answer for the application at once. A redirect in answer to the form would be
    refused by browsers, which apply our `form-action` to all that follow, on the application's side too."""
    client = request.pending.client
    context = {"client": client, "address": url_of(request, "hosted_resume"), "name": client.name}
    return render(request, "users/hosted/leaving.html", {"title": gettext("Signing in"), **context})
