"""`/oidc/logout` and `/v2/logout`: sign the user out of single sign-on.

Refresh tokens stay valid: an application that works on without its user revokes them itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from users.conf import conf
from users.crypto import signer
from users.models import Authorization, User
from users.oauth.logout_request import LogoutRefused, LogoutRequest, read_oidc_logout, read_v2_logout
from users.oauth.response_modes import RegisteredRedirect
from users.representation.sessions import SIGN_IN
from users.web.encoding import has_utf8_parameters
from users.web.language import use_language

# How long the page that asks for confirmation may stay open.
CONFIRM_WITHIN = timedelta(minutes=30)


@never_cache
@csrf_exempt  # applications send their users here by POST, too; without a hint the user is asked
@require_http_methods(["GET", "POST"])
def oidc_logout(request: HttpRequest) -> HttpResponse:
    """End the session, at once where a hint names it; else after the user has confirmed, so that no page
    elsewhere signs users out. Source: OpenID Connect RP-Initiated Logout 1.0, section 2."""
    parameters = request.POST if request.method == "POST" else request.GET
    use_language(request, parameters.get("ui_locales", ""))
    try:
        asked = read_oidc_logout(_single_values(request))
    except LogoutRefused as refusal:
        return _refuse(request, refusal)
    session_id = _session_id(request)
    if session_id and _must_confirm(request, asked, session_id):
        return _ask(request, asked, session_id)
    return _sign_out(request, asked.redirect_uri)


@never_cache
@csrf_exempt  # the signed text stands for the token: it names the session of this browser
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """End the session that the user has confirmed to end."""
    try:
        asked: Mapping[str, str] = signer.verify(
            request.POST.get("confirmation", ""), signer.Purpose.LOGOUT, max_age=CONFIRM_WITHIN
        )
    except signer.BadSignature:
        return _refuse(request, LogoutRefused("The page was open for too long. Sign out again."))
    # Of another session, or the user has signed out already: there is nothing to end here.
    if asked["session"] != _session_id(request):
        return _leave(request, asked["redirect_uri"])
    return _sign_out(request, asked["redirect_uri"])


@never_cache
@require_GET
def v2_logout(request: HttpRequest) -> HttpResponse:
    """End the session at once, as Auth0's older endpoint does, and answer `OK` where there is no URL to go
    to. `federated` has no effect: there are no identity providers.

    Source: Auth0 docs, "Authentication API", `/v2/logout`.
    """
    try:
        asked = read_v2_logout(_single_values(request))
    except LogoutRefused as refusal:
        return _refuse(request, refusal)
    response = _sign_out(request, asked.redirect_uri)
    return response if asked.redirect_uri else HttpResponse("OK", content_type="text/plain; charset=utf-8")


def _single_values(request: HttpRequest) -> dict[str, str]:
    """The parameters. Raises LogoutRefused where they cannot be read, and for one that is given twice: two
    readers could take different ones."""
    if not has_utf8_parameters(request):
        raise LogoutRefused("The parameters are not valid UTF-8.")
    parameters = request.POST if request.method == "POST" else request.GET
    for name, values in parameters.lists():
        if len(values) > 1:
            raise LogoutRefused(f"The parameter {name[:100]} is given {len(values)} times.")
    return {name: values[0] for name, values in parameters.lists()}


def _session_id(request: HttpRequest) -> str:
    """The public id of the session; empty where no user is signed in."""
    return request.session[SIGN_IN]["id"] if isinstance(request.user, User) else ""


def _must_confirm(request: HttpRequest, asked: LogoutRequest, session_id: str) -> bool:
    if asked.session_id is not None:
        # A hint of an earlier session says nothing about who uses the browser now.
        return asked.session_id != session_id
    if conf.logout_confirmation or asked.client is None or not asked.redirect_uri:
        return True
    return not Authorization.objects.filter(session_id=session_id, client=asked.client).exists()


def _ask(request: HttpRequest, asked: LogoutRequest, session_id: str) -> HttpResponse:
    signed = signer.sign({"session": session_id, "redirect_uri": asked.redirect_uri}, signer.Purpose.LOGOUT)
    context = {
        "account": request.user,
        "client": asked.client,
        "confirmation": signed,
        "cancel_url": asked.redirect_uri if _is_page(asked.redirect_uri) else "",
        # The query chooses the language of the next page.
        "action": reverse("logout_confirm") + "?" + urlencode({"ui_locales": get_language() or ""}),
    }
    return render(request, "users/hosted/logout.html", context)


def _sign_out(request: HttpRequest, redirect_uri: str) -> HttpResponse:
    if isinstance(request.user, User):
        logout(request)  # ends the session and logs it
    return _leave(request, redirect_uri)


def _leave(request: HttpRequest, redirect_uri: str) -> HttpResponse:
    if not redirect_uri:
        return render(request, "users/hosted/signed_out.html")
    if request.method == "POST":
        # A redirect in answer to a form would be refused by browsers, which apply our `form-action` to it.
        parts = urlsplit(redirect_uri)
        # The scheme of a native application has no host.
        name = parts.netloc or parts.scheme
        context = {"title": gettext("Signing out"), "address": redirect_uri, "name": name}
        return render(request, "users/hosted/leaving.html", context)
    return RegisteredRedirect(redirect_uri)


def _refuse(request: HttpRequest, refusal: LogoutRefused) -> HttpResponse:
    context = {
        "title": gettext("You are still signed in"),
        "text": gettext("The application sent a wrong request. Tell its support."),
        "details": str(refusal),
    }
    return render(request, "users/hosted/error.html", context, status=400)


def _is_page(url: str) -> bool:
    return url.startswith(("https://", "http://"))
