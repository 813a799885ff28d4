"""`/u/...`: the pages behind a ticket's link, where users set a password or verify their email.

A GET never uses a ticket up: mail scanners open every link. The pages need no cookie, so they
work in the browsers that mail programs bring along.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.forms import ResetPasswordKeyForm
from allauth.utils import get_form_class
from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from users.actions.account.email_ownership import would_remove_factors
from users.actions.account.tickets import get_valid_ticket, set_password_by_ticket, verify_email_by_ticket
from users.actions.errors import NotSupported, TicketRefused, UserNotFound, WeakPassword
from users.log.record import log_event
from users.models import Session, Ticket, User
from users.rights.actor import Actor, Face, owner_actor
from users.sign_in import lockout
from users.sign_in.session_store import active_sessions
from users.sign_in_pages.ticket_results import redirect_url
from users.throttling.debounce import is_first_within
from users.web.client_ip import recorded_ip
from users.web.language import translate
from users.web.request import request_id_of

Purpose = Ticket.Purpose
Why = TicketRefused.Why
View = Callable[[HttpRequest], HttpResponse]

DONE_TEXTS = {
    Purpose.PASSWORD_CHANGE: (
        gettext_lazy("Your password is changed"),
        gettext_lazy("Sign in with the new password from now on."),
    ),
    Purpose.EMAIL_VERIFICATION: (
        gettext_lazy("Your email is confirmed"),
        gettext_lazy("You can close this page."),
    ),
}
FAILURE_LOG_TYPES = {Purpose.PASSWORD_CHANGE: "fcp", Purpose.EMAIL_VERIFICATION: "fv"}
NEW_LINK_HINT = gettext_lazy("Request a new link where you got this one.")
REFUSED_TEXTS = {
    Why.UNKNOWN: (
        gettext_lazy("This link is not valid"),
        gettext_lazy("Part of it may be missing. Copy the whole link, or request a new one."),
    ),
    Why.USED: (
        gettext_lazy("This link has already been used"),
        gettext_lazy("It works once. Request a new link where you got this one."),
    ),
    Why.EXPIRED: (gettext_lazy("This link has expired"), NEW_LINK_HINT),
    Why.OVERTAKEN: (
        gettext_lazy("This link is no longer valid"),
        gettext_lazy("Your account has changed since. Request a new link where you got this one."),
    ),
}


def ticket_page(view: View) -> View:
    """Decorate a page behind a ticket's link: one that is refused gets a page that says why."""

    @never_cache
    # The URL of the page is a secret, so it must not be sent as Referer. With `no-referrer` browsers also
    # hide the origin of the form, which Django's CSRF check would refuse. It is not needed: the form
    # carries the secret, which another site does not know.
    @csrf_exempt
    @sensitive_post_parameters()
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def render_page(request: HttpRequest) -> HttpResponse:
        """Run the view; its URL never leaves as Referer."""
        try:
            response = view(request)
        except TicketRefused as refused:
            response = _refusal_page(request, refused)
        except UserNotFound:
            response = _refusal_page(request, TicketRefused(Why.UNKNOWN))
        response["Referrer-Policy"] = "no-referrer"
        # No application opens these pages in a window of its own.
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        return response

    return render_page


@ticket_page
def set_password(request: HttpRequest) -> HttpResponse:
    """Show the form for a new password, and set it."""
    ticket = _get_ticket(request, Purpose.PASSWORD_CHANGE)
    form = _form(request, ticket)
    if request.method == "POST" and form.is_valid():
        try:
            set_password_by_ticket(ticket, form.cleaned_data["password1"], actor=_actor(request, ticket))
            # The failures concerned the old password.
            lockout.reset_failures([lockout.lockout_key(ticket.user)])
            return _success_page(request, ticket)
        except WeakPassword as error:
            form.add_error("password1", [translate(message) for message in error.messages])
        except NotSupported as error:
            form.add_error(None, str(error))
    context = {"form": form, "email": ticket.email, "secret": _secret(request)}
    return render(request, "users/ticket/password.html", context, status=422 if form.errors else 200)


@ticket_page
def confirm_email(request: HttpRequest) -> HttpResponse:
    """Show a button that verifies the email, and verify it."""
    ticket = _get_ticket(request, Purpose.EMAIL_VERIFICATION)
    if request.method == "POST":
        is_signed_in = _is_signed_in(request, ticket.user)
        verify_email_by_ticket(ticket, actor=_actor(request, ticket), is_signed_in=is_signed_in)
        return _success_page(request, ticket)
    removes_factors = would_remove_factors(ticket.user) and not _is_signed_in(request, ticket.user)
    context = {"email": ticket.email, "secret": _secret(request), "removes_factors": removes_factors}
    return render(request, "users/ticket/email.html", context)


def _form(request: HttpRequest, ticket: Ticket) -> Form:
    """allauth's form, the same as behind a reset link that users request themselves."""
    form_class = get_form_class(app_settings.FORMS, "reset_password_from_key", ResetPasswordKeyForm)
    form: Form = form_class(request.POST or None, user=ticket.user)
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
    return form


def _get_ticket(request: HttpRequest, purpose: Purpose) -> Ticket:
    """Return the ticket of this link. Raises TicketRefused."""
    return get_valid_ticket(_secret(request), purpose)


def _secret(request: HttpRequest) -> str:
    """The secret of the link: in the URL at first, then in the form."""
    # In the form body after the first page, to keep the secret out of further URLs and logs.
    return (request.POST if request.method == "POST" else request.GET).get("ticket", "")


def _actor(request: HttpRequest, ticket: Ticket) -> Actor:
    """The owner of the account: the link proves it, regardless of who is signed in in this browser."""
    request_id, ip = request_id_of(request), recorded_ip(request)
    return owner_actor(ticket.user, face=Face.SIGN_IN, request_id=request_id, ip=ip)


def _is_signed_in(request: HttpRequest, user: User) -> bool:
    """Whether the user is signed in in this browser: to applications, or to the own page, whose cookie these
    pages do not read otherwise."""
    if request.user == user:
        return True
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if "\0" in key:  # PostgreSQL takes no NUL
        return False
    return active_sessions(user).filter(kind=Session.Kind.DASHBOARD, session_key=key).exists()


def _success_page(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Say what has been done, with a link back to the application."""
    title, text = DONE_TEXTS[Purpose(ticket.purpose)]
    is_password = ticket.purpose == Purpose.PASSWORD_CHANGE
    return _outcome_page(request, str(title), str(text), redirect_url(ticket), may_sign_in=is_password)


def _refusal_page(request: HttpRequest, refused: TicketRefused) -> HttpResponse:
    """Say why the ticket is refused, and log it once a second at most for each ticket."""
    # Limited, since anyone who has an old link can open it again and again.
    if refused.ticket and is_first_within(1, "ticket", refused.ticket.pk):
        failed = FAILURE_LOG_TYPES[Purpose(refused.ticket.purpose)]
        log_event(failed, user=refused.ticket.user, description=f"link {refused.why.value}")
    title, text = REFUSED_TEXTS[refused.why]
    address = redirect_url(refused.ticket, refused.why) if refused.ticket else ""
    # 410 tells the application's own checks that the ticket existed.
    return _outcome_page(request, str(title), str(text), address, status=410 if refused.ticket else 404)


def _outcome_page(
    request: HttpRequest, title: str, text: str, address: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Render a page with a link to the application. A redirect in answer to the form would be refused by
    our own Content-Security-Policy (`form-action`), and so would any that follows it."""
    context = {"title": title, "text": text, "address": address, "host": urlsplit(address).netloc, **more}
    return render(request, "users/ticket/outcome.html", context, status=status)
