"""The hosted pages of a sign-in to an application: sign in, second factor, continue, consent."""

from __future__ import annotations

from allauth.decorators import rate_limit
from django.http import HttpResponse, HttpResponseRedirect

from users.actions.authorizations.consents import give_consent
from users.models import ResourceServer
from users.representation.sessions import METHODS
from users.sign_in import sso_session
from users.sign_in.account_lookup import primary_user
from users.sign_in.outcomes import Refusal
from users.sign_in.progress import Method, SignIn
from users.sign_in.transaction import confirm_second_factor, continue_sign_in
from users.sign_in_pages.code_forms import SignInForm
from users.sign_in_pages.consent_texts import describe_scopes
from users.sign_in_pages.hosted_forms import HostedLoginForm
from users.sign_in_pages.hosted_page import (
    HostedRequest,
    current_session,
    hosted_page,
    named_connection,
    render_hosted,
    sign_in_request,
    url_of,
)
from users.sign_in_pages.hosted_sign_in import complete, lead_on


@hosted_page
def sign_in(request: HostedRequest) -> HttpResponse:
    """Ask for email and password. Also shown to a signed-in user, to sign in again or as another."""
    posted = request.POST if request.method == "POST" else None
    form = HostedLoginForm(
        posted,
        request=request,
        initial={"login": request.parameters.login_hint},
        sign_in=sign_in_request(request),
        connection=named_connection(request),
    )
    if posted is not None and form.is_valid():
        # What was proven in an earlier sign-in of this session counts no longer.
        request.session.pop(METHODS, None)
        _keep_signed_in(request, form.cleaned_data["remember"])
        account = form.account
        signing_in = SignIn(
            user=primary_user(account),
            connection=account.connection,
            request=sign_in_request(request),
            methods=frozenset({Method.PASSWORD}),
        )
        return complete(request, continue_sign_in(signing_in))
    return render_hosted(request, "sign_in", form=form, status=422 if form.errors else 200)


# As many forms a minute as allauth's own page takes from one IP address.
login = rate_limit(action="login")(sign_in)


@hosted_page
def second_factor(request: HostedRequest) -> HttpResponse:
    """Ask for a code, of a user whose password was right or whose session needs a second factor."""
    waiting = sso_session.stored_progress(request.session, request.pending, sign_in_request(request))
    if waiting is None:
        return HttpResponseRedirect(url_of(request, "hosted_resume"))
    posted = request.POST if request.method == "POST" else None
    form = SignInForm(posted, user=waiting.user)
    if posted is not None and form.is_valid():
        form.save()
        return complete(request, confirm_second_factor(waiting))
    return render_hosted(request, "second_factor", form=form, status=422 if form.errors else 200)


@hosted_page
def continue_as(request: HostedRequest) -> HttpResponse:
    """Ask whether to continue with the account that is signed in, or to use another."""
    current = current_session(request)
    if current is None:
        return HttpResponseRedirect(url_of(request, "hosted_login"))
    if request.method == "POST":
        sso_session.confirm_account(request.session, request.pending)
        return lead_on(request)
    return render_hosted(request, "continue", account=current.user)


@hosted_page
def consent(request: HostedRequest) -> HttpResponse:
    """Ask whether the application may have what it asks for."""
    current = current_session(request)
    scope = sso_session.asked_scope(request.session, request.pending)
    if current is None or scope is None:
        return HttpResponseRedirect(url_of(request, "hosted_resume"))
    audience = request.parameters.audience
    if request.method == "POST":
        if request.POST.get("answer") == "accept":
            give_consent(current.user, request.pending.client, audience=audience, scope=scope)
        else:
            # Auth0's text.
            refusal = Refusal("access_denied", "User did not authorize the request")
            sso_session.store_refusal(request.session, request.pending, refusal)
        return lead_on(request)
    server = ResourceServer.objects.for_audience(audience) if audience else None
    return render_hosted(request, "consent", account=current.user, items=describe_scopes(scope, server))


def _keep_signed_in(request: HostedRequest, keep: bool) -> None:
    """Whether the session outlasts the browser window; how long, the settings say."""
    # 0 ends the cookie with the browser.
    request.session.set_expiry(None if keep else 0)
