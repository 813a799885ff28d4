"""What every hosted page does first: find the authorization request that it belongs to, and the language."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language_from_request, get_supported_language_variant
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from users.actions.authorizations.requests import ForeignRequest, RequestNotFound, find_authorization_request
from users.models import AuthorizationRequest, User
from users.sign_in import sso_session
from users.sign_in.authorization import AuthorizationParameters, SsoSession
from users.sign_in.progress import SignInRequest
from users.web.client_ip import client_ip
from users.web.hosted_errors import expired_page, foreign_page


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

    @never_cache
    # `state` stands for the CSRF token: it is as random, and bound to this browser's session. Django's check
    # would refuse every form of ours, since with `Referrer-Policy: no-referrer` browsers hide the origin.
    @csrf_exempt
    @sensitive_post_parameters()
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def render_page(request: HostedRequest) -> HttpResponse:
        request.state = request.GET.get("state", "")
        try:
            request.pending = find_authorization_request(
                request.state, browser_secret=sso_session.known_browser_secret(request.session)
            )
        except RequestNotFound:
            return expired_page(request)
        except ForeignRequest:
            return foreign_page(request)
        request.parameters = AuthorizationParameters.from_json(request.pending.parameters)
        with translation.override(_language(request)):
            return view(request)

    return render_page  # type: ignore[return-value]  # the middleware makes no HostedRequest; this does


def url_of(request: HostedRequest, name: str) -> str:
    """The URL of another page of this sign-in."""
    return f"{reverse(name)}?{urlencode({'state': request.state})}"


def current_session(request: HostedRequest) -> SsoSession | None:
    """Who is signed in for all applications in this browser."""
    user = request.user
    return sso_session.read_sso_session(request.session, user if isinstance(user, User) else None)


def sign_in_request(request: HostedRequest) -> SignInRequest:
    """Describe this sign-in to the transaction."""
    return SignInRequest(
        ip=client_ip(request), application=request.pending.client, audience=request.parameters.audience
    )


def _language(request: HostedRequest) -> str:
    """The first language of `ui_locales` that has a catalogue, else that of the browser."""
    for tag in request.parameters.ui_locales.split():
        try:
            return get_supported_language_variant(tag.lower())
        except (LookupError, ValueError):
            continue
    return get_language_from_request(request)
