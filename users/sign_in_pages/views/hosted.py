"""The hosted pages of a sign-in to an application: sign in, second factor, continue, consent."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

from allauth.decorators import rate_limit
from allauth.mfa.adapter import get_adapter
from django.http import HttpResponse, HttpResponseRedirect

from users.actions.account.multifactor import add_authenticator_app, new_recovery_codes
from users.actions.authorizations.consents import give_consent
from users.actions.errors import AlreadyEnrolled
from users.models import ResourceServer
from users.representation.enrollments import enrolled_factors
from users.representation.sessions import METHODS
from users.rights.actor import Face, owner_actor
from users.sign_in import sso_session
from users.sign_in.account_lookup import primary_user
from users.sign_in.allauth_internals import clear_totp_secret
from users.sign_in.outcomes import Refusal
from users.sign_in.progress import Method, SignIn
from users.sign_in.transaction import confirm_second_factor, continue_after_redirect, continue_sign_in
from users.sign_in_pages.code_forms import ActivateForm, SignInForm
from users.sign_in_pages.consent_texts import describe_scopes
from users.sign_in_pages.hosted_forms import HostedLoginForm
from users.sign_in_pages.hosted_page import (
    HostedRequest,
    current_session,
    hosted_page,
    named_connection,
    render_hosted,
    return_page,
    sign_in_request,
    url_of,
)
from users.sign_in_pages.hosted_sign_in import complete, lead_on, store_outcome
from users.web.client_ip import recorded_ip
from users.web.request import request_id_of


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
    if form.errors:
        # A login that no field of ours takes is not stored.
        sso_session.store_typed_login(request.session, request.pending, form.cleaned_data.get("login", ""))
    return render_hosted(request, "sign_in", form=form, status=422 if form.errors else 200)


# As many forms a minute as allauth's own page takes from one IP address.
login = rate_limit(action="login")(sign_in)


@hosted_page
def second_factor(request: HostedRequest) -> HttpResponse:
    """Ask for a code, of a user whose password was right or whose session needs a second factor."""
    waiting = _waiting_sign_in(request)
    if waiting is None:
        return HttpResponseRedirect(url_of(request, "hosted_resume"))
    if not enrolled_factors(waiting.user):
        return HttpResponseRedirect(url_of(request, "hosted_enrolment"))
    posted = request.POST if request.method == "POST" else None
    form = SignInForm(posted, user=waiting.user)
    if posted is not None and form.is_valid():
        form.save()
        return complete(request, confirm_second_factor(waiting))
    return render_hosted(request, "second_factor", form=form, status=422 if form.errors else 200)


@hosted_page
def add_second_factor(request: HostedRequest) -> HttpResponse:
    """Let a user add an authenticator app, where a second factor is demanded of one who has none. The first
    right code completes the sign-in; the answer shows the recovery codes once."""
    waiting = _waiting_sign_in(request)
    # Not demanded: staff have removed the factor since the password was given, which is asked for again.
    if waiting is None or not waiting.is_second_factor_demanded:
        return HttpResponseRedirect(url_of(request, "hosted_resume"))
    # An app is never replaced here, since the password alone must not do so.
    if enrolled_factors(waiting.user):
        return HttpResponseRedirect(url_of(request, "hosted_second_factor"))
    posted = request.POST if request.method == "POST" else None
    form = ActivateForm(posted, user=waiting.user)
    if posted is None or not form.is_valid():
        adapter = get_adapter()
        url = adapter.build_totp_url(waiting.user, form.secret)
        qr_code = b64encode(adapter.build_totp_svg(url).encode()).decode()
        context = {"form": form, "totp_url": url, "qr_code": f"data:image/svg+xml;base64,{qr_code}"}
        return render_hosted(request, "enrolment", status=422 if form.errors else 200, **context)
    codes = new_recovery_codes()
    actor = owner_actor(
        waiting.user, face=Face.SIGN_IN, request_id=request_id_of(request), ip=recorded_ip(request)
    )
    try:
        add_authenticator_app(waiting.user, secret=form.secret, recovery_codes=codes, actor=actor)
    except AlreadyEnrolled:  # by another request
        return HttpResponseRedirect(url_of(request, "hosted_second_factor"))
    clear_totp_secret(request)
    store_outcome(request, confirm_second_factor(waiting))
    return render_hosted(request, "recovery_codes", codes=codes, address=url_of(request, "hosted_resume"))


@return_page
def return_from_redirect(request: HostedRequest) -> HttpResponse:
    """Go on with a sign-in whose user comes back from the site to which a hook has sent them.

    Source: Auth0 docs, "Redirect Users from Within Rules", which allows GET and POST.
    """
    returned = {**request.GET.dict(), **request.POST.dict()}
    went_on = replace(sign_in_request(request), returned=returned)
    waiting = sso_session.take_redirected(request.session, request.pending, went_on)
    if waiting is None:
        return HttpResponseRedirect(url_of(request, "hosted_resume"))
    return complete(request, continue_after_redirect(waiting))


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


def _waiting_sign_in(request: HostedRequest) -> SignIn | None:
    """The sign-in that waits for the second factor, if there is one for this request."""
    return sso_session.stored_progress(request.session, request.pending, sign_in_request(request))


def _keep_signed_in(request: HostedRequest, keep: bool) -> None:
    """Whether the session outlasts the browser window; how long, the settings say."""
    # 0 ends the cookie with the browser.
    request.session.set_expiry(None if keep else 0)
