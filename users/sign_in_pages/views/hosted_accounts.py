"""The hosted pages for those who cannot sign in yet: create an account, request a new password."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from users.actions.authorizations.requests import ForeignRequest, RequestNotFound, find_authorization_request
from users.actions.errors import NotSupported, WeakPassword
from users.log.record import ClientContext
from users.mail.password_reset import request_password_reset
from users.metadata.errors import MetadataError
from users.models import Client, User
from users.models.compiled_lookup import find_active_client
from users.representation.emails import is_email
from users.representation.sessions import METHODS
from users.representation.validation import FieldError
from users.rights.actor import visitor_actor
from users.sign_in import sso_session
from users.sign_in.hooks import Registration, SignUpDenied
from users.sign_in.progress import Method, SignIn
from users.sign_in.reset_limits import count_requests_for, count_requests_from
from users.sign_in.sign_up import IdentifierTaken, SignUpRefused, TooManySignUps, sign_up
from users.sign_in.transaction import continue_sign_in
from users.sign_in_pages.forms import ResetPasswordForm
from users.sign_in_pages.hosted_page import (
    HostedRequest,
    hosted_page,
    render_hosted,
    sign_in_connections,
    sign_in_request,
    sign_up_connection,
    url_of,
)
from users.sign_in_pages.hosted_sign_in import complete
from users.sign_in_pages.sign_up_form import SignUpForm
from users.web.client_ip import client_ip, recorded_ip
from users.web.language import translate
from users.web.request import request_id_of


@hosted_page
def create_account(request: HostedRequest) -> HttpResponse:
    """Ask for what an account needs, create it, sign its user in, and go on to the application."""
    connection = sign_up_connection(request)
    if connection is None:
        return HttpResponseRedirect(url_of(request, "hosted_login"))
    posted = request.POST if request.method == "POST" else None
    form = SignUpForm(posted, connection=connection, initial={"email": request.parameters.login_hint})
    if posted is not None and form.is_valid():
        asked = Registration(connection=connection, profile=form.profile, user_metadata=form.user_metadata)
        user = _sign_up(request, form, asked)
        if user is not None:
            # What another user has proven in this session counts no longer.
            request.session.pop(METHODS, None)
            request.session.set_expiry(0)  # ends with the browser: the user has not asked for more
            signing_in = SignIn(
                user=user,
                connection=connection,
                request=sign_in_request(request),
                methods=frozenset({Method.PASSWORD}),
            )
            return complete(request, continue_sign_in(signing_in))
    return render_hosted(request, "sign_up", form=form, status=422 if form.errors else 200)


@hosted_page
def forgot(request: HostedRequest) -> HttpResponse:
    """Ask for an email, and send a link to set a new password. The answer is the same for every email."""
    posted = request.POST if request.method == "POST" else None
    typed = sso_session.typed_login(request.session, request.pending)
    # A username is no email, and the form asks for one.
    known = typed if is_email(typed) else request.parameters.login_hint
    form = ResetPasswordForm(posted, initial={"email": known})
    if posted is None or not form.is_valid():
        return render_hosted(request, "forgot", form=form, status=422 if form.errors else 200)
    email = form.cleaned_data["email"]
    if count_requests_from(client_ip(request)).is_over or count_requests_for(email).is_over:
        form.add_error(None, gettext("Too many requests. Wait some minutes, then try again."))
        return render_hosted(request, "forgot", form=form, status=429)
    through = ClientContext.of(request.pending.client)
    request_password_reset(
        email, connections=sign_in_connections(request), through=through, language=get_language() or ""
    )
    sso_session.store_reset(request.session, request.pending, state=request.state)
    return render_hosted(request, "forgot_sent")


@never_cache
@require_GET
def password_changed(request: HttpRequest) -> HttpResponse:
    """Lead back to the application on whose page the reset was requested: to the sign-in that waits in this
    browser, or to where the application begins one. Without such an address the page says what to do."""
    client = find_active_client(request.GET.get("client_id", ""))
    if client is None:
        return HttpResponseRedirect(reverse("account_reset_password_from_key_done"))
    context = {
        "client": client,
        "address": _waiting_page(request, client, "hosted_login") or client.sign_in_url,
    }
    return render(request, "users/hosted/password_changed.html", context)


@never_cache
@require_GET
def request_new_link(request: HttpRequest) -> HttpResponse:
    """Lead from a link that has expired to the form that sends another: that of the sign-in to the
    application, where it still waits in this browser, or the general one."""
    client = find_active_client(request.GET.get("client_id", ""))
    address = _waiting_page(request, client, "hosted_forgot") if client else ""
    return HttpResponseRedirect(address or reverse("account_reset_password"))


def _waiting_page(request: HttpRequest, client: Client, name: str) -> str:
    """The URL of this page of the sign-in that the browser left to request a reset; empty where it waits no
    longer."""
    session = request.session
    state = sso_session.state_before_reset(session, client)
    try:
        find_authorization_request(state, browser_secret=sso_session.known_browser_secret(session))
    except (RequestNotFound, ForeignRequest):
        return ""
    return f"{reverse(name)}?{urlencode({'state': state})}"


def _sign_up(request: HostedRequest, form: SignUpForm, asked: Registration) -> User | None:
    """Create the account; None where the form now has errors."""
    actor = visitor_actor(request_id=request_id_of(request), ip=recorded_ip(request))
    try:
        return sign_up(
            asked, password=form.cleaned_data["password"], request=sign_in_request(request), actor=actor
        )
    except WeakPassword as error:
        form.add_error("password", [translate(message) for message in error.messages])
    except MetadataError as error:
        form.add_metadata_error(error)
    except FieldError as error:
        form.add_field_error(error)
    except NotSupported:
        # Such as a connection that was disabled meanwhile.
        form.add_error(None, gettext("You cannot create an account here."))
    except SignUpDenied as denial:
        form.add_error(None, denial.message)
    except IdentifierTaken as taken:
        _explain_taken(form, taken)
    except TooManySignUps:
        form.add_error(None, gettext("Too many accounts were created from your network. Try again later."))
    except SignUpRefused:
        form.add_error(None, gettext("You cannot create an account here."))
    return None


def _explain_taken(form: SignUpForm, taken: IdentifierTaken) -> None:
    if taken.is_hidden:
        text = gettext("The account could not be created. If you already have one, sign in instead.")
        form.add_error(None, text)
    elif taken.field == "username":
        form.add_error("username", gettext("This username is taken. Choose another."))
    else:
        form.add_error("email", gettext("There is already an account with this email. Sign in instead."))
