"""Endpoints for sign-in forms on pages of applications, as Lock and auth0.js call them.

Source: auth0-js 9 and 10, `web-auth/cross-origin-authentication.js` and `web-auth/hosted-pages.js`.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from users.conf import conf
from users.models import Connection
from users.oauth.authorization_request import AuthorizationError, PageError, read_destination, read_parameters
from users.oauth.embedded_sign_in import embedding_client, page_origin, ticket_for_password
from users.oauth.endpoint import oauth_endpoint
from users.oauth.errors import TokenError
from users.oauth.grants.password import PasswordGrant, RealmGrant
from users.oauth.parameters import required_parameter
from users.oauth.realms import default_connection, named_connection
from users.oauth.requests import read_body
from users.oauth.server import server
from users.web.cors import origin_of

# The parameters of an authorization request that a form passes on.
AUTHORIZATION_PARAMETERS = (
    *("client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "audience"),
    *("code_challenge", "code_challenge_method", "connection", "prompt", "max_age", "acr_values"),
    *("id_token_hint", "ui_locales"),
)


@oauth_endpoint("POST")
def authenticate(request: HttpRequest) -> HttpResponse:
    """Check a password for a page of another origin. The answer is a login ticket, with which the page goes
    on to `/authorize`.

    `co_id` and `co_verifier` are for auth0.js, which stores them: Auth0 compares them with a third-party
    cookie. Here the ticket is enough, so that nothing depends on such cookies.
    """
    body = read_body(request)
    client = embedding_client(body)
    origin = page_origin(request, client)
    ticket = ticket_for_password(request, body, client, connection=_connection(body), origin=origin)
    answer = {
        "login_ticket": ticket,
        "co_verifier": secrets.token_urlsafe(32),
        "co_id": secrets.token_urlsafe(12),
    }
    return server.handle_response(200, answer, [])


def _connection(body: dict[str, str]) -> Connection:
    """The connection that the request names. Raises TokenError."""
    kind = required_parameter(body, "credential_type")
    if kind == RealmGrant.GRANT_TYPE:
        return named_connection(required_parameter(body, "realm"))
    if kind == PasswordGrant.GRANT_TYPE:
        return default_connection()
    known = f"{PasswordGrant.GRANT_TYPE} or {RealmGrant.GRANT_TYPE}"
    raise TokenError("invalid_request", f"Unsupported credential_type: {kind[:100]}. Use {known}.", 400)


@oauth_endpoint("POST")
def login(request: HttpRequest) -> HttpResponse:
    """Check a password for a sign-in page that the operator serves on the domain of this server.

    The answer is a form, which the page submits to `/login/callback`.
    """
    try:
        return _login(request, read_body(request))
    except TokenError as error:
        return _login_error(error)


def _login(request: HttpRequest, body: dict[str, str]) -> HttpResponse:
    client = embedding_client(body)
    own = origin_of(conf.public_url) or ""
    origin = page_origin(request, client, own=own)
    wanted = {name: body[name] for name in AUTHORIZATION_PARAMETERS if body.get(name)}
    query = QueryDict(urlencode(wanted))
    # Before the password is checked: a request that is invalid anyway must not count as an attempt.
    try:
        read_parameters(query, read_destination(query))
    except (AuthorizationError, PageError) as error:
        raise TokenError("invalid_request", str(error), 400) from None
    connection = named_connection(required_parameter(body, "connection"))
    ticket = ticket_for_password(request, body, client, connection=connection, origin=origin)
    context = {
        "address": f"{conf.public_url}{reverse('login_callback')}",
        "ticket": ticket,
        "query": query.urlencode(),
    }
    return render(request, "users/hosted/login_callback.html", context)


def _login_error(error: TokenError) -> HttpResponse:
    """The error as auth0.js reads it here: 401 where the sign-in is refused."""
    code = "invalid_user_password" if error.error == "access_denied" else error.error
    status = 401 if error.error in ("access_denied", "unauthorized") else error.status_code
    body = {
        "name": "ValidationError",
        "code": code,
        "description": error.description,
        "message": error.description,
        "statusCode": status,
    }
    return server.handle_response(status, body, error.get_headers())


@oauth_endpoint("GET")
def sso_data(request: HttpRequest) -> HttpResponse:
    """Answer that it is not known who is signed in: pages of applications ask `/authorize`, and no cookie is
    read for others. Lock then shows its form."""
    return server.handle_response(200, {"sso": False}, [])
