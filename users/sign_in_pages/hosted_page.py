"""What every hosted page does first: find the authorization request that it belongs to, and the language."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from users.actions.authorizations.requests import (
    ForeignRequest,
    RequestNotFound,
    find_authorization_request,
    take_returning_request,
)
from users.models import DEFAULT_CONNECTION, AuthorizationRequest, Connection, User
from users.sign_in import sso_session
from users.sign_in.authorization import AuthorizationParameters, SsoSession
from users.sign_in.enabled_connections import enabled_databases
from users.sign_in.progress import SignInRequest
from users.web.client_ip import client_ip
from users.web.encoding import has_utf8_parameters
from users.web.errors import error_page
from users.web.hosted_errors import expired_page, foreign_page
from users.web.language import use_language


class HostedRequest(HttpRequest):
    """A request as `hosted_page` hands it on: with the authorization request that waits, its `state` in the
    URL, and its parameters."""

    pending: AuthorizationRequest
    state: str
    parameters: AuthorizationParameters


View = Callable[[HostedRequest], HttpResponse]


def hosted_page(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Decorate a page of a sign-in to an application. `state` in its URL names the authorization request.

    A request that this browser did not begin is answered 403, one that waits no longer 400.
    """

    def find(request: HostedRequest, secret: str) -> None:
        request.state = request.GET.get("state", "")
        request.pending = find_authorization_request(request.state, browser_secret=secret)

    return _decorate(view, find)


def return_page(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Decorate the page by which a user returns from another site. `state` in its URL is good for one return;
    refused as that of `hosted_page`."""

    def find(request: HostedRequest, secret: str) -> None:
        request.pending = take_returning_request(request.GET.get("state", ""), browser_secret=secret)
        request.state = sso_session.stored_redirect_state(request.session, request.pending)

    return _decorate(view, find)


def _decorate(
    view: View, find: Callable[[HostedRequest, str], None]
) -> Callable[[HttpRequest], HttpResponse]:
    """Decorate a page, whose request `find` completes: it gets the secret of the browser."""

    @never_cache
    # `state` stands for the CSRF token: it is as random, and bound to this browser's session. Django's check
    # would refuse every form of ours, since with `Referrer-Policy: no-referrer` browsers hide the origin.
    @csrf_exempt
    @sensitive_post_parameters()
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def render_page(request: HostedRequest) -> HttpResponse:
        if not has_utf8_parameters(request):
            return error_page(request, 400, gettext("The form is not valid UTF-8."))
        try:
            find(request, sso_session.known_browser_secret(request.session))
        except RequestNotFound:
            client = sso_session.ended_client(request.session, request.GET.get("state", ""))
            return expired_page(request, client)
        except ForeignRequest:
            return foreign_page(request)
        request.parameters = AuthorizationParameters.from_json(request.pending.parameters)
        use_language(request, request.parameters.ui_locales)
        return view(request)

    return render_page  # type: ignore[return-value]  # the middleware makes no HostedRequest; this does


def url_of(request: HostedRequest, name: str) -> str:
    """The URL of another page of this sign-in."""
    return f"{reverse(name)}?{urlencode({'state': request.state})}"


def current_session(request: HostedRequest) -> SsoSession | None:
    """Return the session of single sign-on in this browser; None where no user is signed in."""
    user = request.user if isinstance(request.user, User) else None
    return sso_session.read_sso_session(request.session, user, application=request.pending.client)


def sign_in_request(request: HostedRequest) -> SignInRequest:
    """Describe this sign-in to the transaction."""
    return SignInRequest(
        ip=client_ip(request),
        application=request.pending.client,
        audience=request.parameters.audience,
        scope=request.parameters.scope,
        language=get_language() or "",
        can_redirect=True,
        protocol=request.parameters.protocol,
        query=request.parameters.to_query(request.pending.client),
    )


def render_hosted(
    request: HostedRequest, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a page with what all of them show of the application, and the URLs of the others."""
    client = request.pending.client
    urls = {name: url_of(request, f"hosted_{name}") for name in ("login", "continue", "forgot")}
    if sign_up_connection(request) is not None:
        urls["signup"] = url_of(request, "hosted_signup")
    given = {"client": client, "urls": urls, **context}
    return render(request, f"users/hosted/{template}.html", given, status=status)


def named_connection(request: HostedRequest) -> Connection | None:
    """The connection that the application names; None for every one."""
    name = request.parameters.connection
    return Connection.objects.filter(name=name, is_enabled=True).first() if name else None


def sign_in_connections(request: HostedRequest) -> list[Connection]:
    """The connections in which users of this sign-in may have a password: the one that the application names,
    if it is enabled for it, or all that are."""
    name = request.parameters.connection
    enabled = enabled_databases(request.pending.client)
    return [connection for connection in enabled if name in ("", connection.name)]


def sign_up_connection(request: HostedRequest) -> Connection | None:
    """The connection in which a new user gets an account: the first that is open for sign-up, the default
    connection before others. None where users cannot sign up."""
    open_ones = [each for each in sign_in_connections(request) if not each.options.get("disable_signup")]
    return min(open_ones, key=lambda each: each.name != DEFAULT_CONNECTION, default=None)
