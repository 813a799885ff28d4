"""`/dbconnections/...`: sign up, request a new password, and whether a captcha is needed.

Source: Auth0's Authentication API reference, "Database/AD/LDAP Passive".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from users.log.record import NO_CLIENT, ClientContext
from users.mail.password_reset import request_password_reset
from users.mail.send import MailDisabled, check_mail_enabled
from users.metadata.errors import MetadataError, TextError
from users.metadata.sign_up import check_sign_up_metadata
from users.metadata.text import parse
from users.models import Client, Connection, User
from users.oauth.database_errors import error_response, too_many_requests
from users.oauth.errors import TokenError
from users.oauth.requests import read_object
from users.oauth.server import server
from users.representation.emails import is_email
from users.rights.actor import visitor_actor
from users.sign_in.enabled_connections import is_enabled_for
from users.sign_in.hooks import Registration
from users.sign_in.progress import SignInRequest
from users.sign_in.reset_limits import count_requests_for, count_requests_from, seconds_until_reset
from users.sign_in.sign_up import REFUSALS, ConnectionNotEnabled, sign_up
from users.web.client_ip import client_ip, recorded_ip
from users.web.rate_usage import rate_headers
from users.web.request import request_id_of

# Root fields that users may set at sign-up. Everything else in the body is ignored, as Auth0 does: above all
# app_metadata, email_verified and blocked.
PROFILE_FIELDS = ("email", "username", "given_name", "family_name", "name", "nickname", "picture")
# How a form names a property of user_metadata.
_METADATA_NAME = re.compile(r"user_metadata\[([^\[\]]*)\]", re.DOTALL)

RESET_SENT = "We've just sent you an email to reset your password."

Body = dict[str, Any]


def database_endpoint(view: Callable[[HttpRequest, Body], HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate an endpoint that takes a POST with a JSON or form body from any client."""

    @csrf_exempt  # no cookie is read, so there is nothing to forge
    @sensitive_post_parameters("password")
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            if request.method != "POST":
                raise TokenError("method_not_allowed", "Use POST.", 405)
            response = view(request, read_object(request))
        except (TokenError, MailDisabled, *REFUSALS) as error:
            response = error_response(error)
        if response.status_code == 405:
            response["Allow"] = "POST"
        return response

    return answer


@database_endpoint
def challenge(request: HttpRequest, body: Body) -> HttpResponse:
    """Answer whether a captcha is needed: never. Lock asks before it shows a form."""
    return server.handle_response(200, {"required": False}, [])


@database_endpoint
def change_password(request: HttpRequest, body: Body) -> HttpResponse:
    """Email a link to set a new password to the user with this email in the connection. The answer says
    nothing about whether there is such a user, and takes the same time."""
    usage = count_requests_from(client_ip(request))
    response = (
        too_many_requests(seconds_until_reset(usage)) if usage.is_over else _request_reset(request, body)
    )
    for name, value in rate_headers(usage).items():
        response[name] = value
    return response


def _request_reset(request: HttpRequest, body: Body) -> HttpResponse:
    email, connection = _text(body, "email").strip(), _connection(body)
    # Optional here, as at Auth0.
    client = _client(body) if body.get("client_id") else None
    if not connection.is_database or not connection.is_enabled:
        raise ConnectionNotEnabled("the connection is not enabled")
    if client is not None and not is_enabled_for(connection, client):
        raise ConnectionNotEnabled("the connection is not enabled")
    if not is_email(email):
        raise TokenError("invalid_request", "The parameter email must be an email address.", 400)
    check_mail_enabled()
    usage = count_requests_for(email)
    if usage.is_over:
        return too_many_requests(seconds_until_reset(usage))
    through = ClientContext.of(client) if client else NO_CLIENT
    request_password_reset(
        email, connections=[connection], through=through, language=get_language_from_request(request)
    )
    # Plain text of this type: auth0-js hands on no other.
    return HttpResponse(
        RESET_SENT, content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"}
    )


@database_endpoint
def signup(request: HttpRequest, body: Body) -> HttpResponse:
    """Create an account from what a visitor has typed into a form of the application."""
    client = _client(body)
    password = _text(body, "password")
    asked = Registration(
        connection=_connection(body),
        profile={"email": _text(body, "email"), **_profile(body)},
        user_metadata=check_sign_up_metadata(_metadata(body)),
    )
    user = sign_up(
        asked,
        password=password,
        request=SignInRequest(
            ip=client_ip(request), application=client, language=get_language_from_request(request)
        ),
        actor=visitor_actor(request_id=request_id_of(request), ip=recorded_ip(request)),
    )
    return server.handle_response(200, _serialize(user, asked), [])


def _client(body: Body) -> Client:
    """The client that the request names. Raises TokenError."""
    client_id = _text(body, "client_id")
    found = Client.objects.filter(client_id=client_id, is_revoked=False).first()
    if found is None:
        raise TokenError("unauthorized_client", f"Unknown client: {client_id[:64]}", 403)
    return found


def _connection(body: Body) -> Connection:
    """The connection that the request names. Raises TokenError."""
    found = Connection.objects.filter(name=_text(body, "connection")).first()
    if found is None:
        raise TokenError("invalid_request", "the connection was not found", 400)
    return found


def _text(body: Body, name: str) -> str:
    """Return a required parameter. Raises TokenError."""
    value = body.get(name)
    if value is None or value == "":
        raise TokenError("invalid_request", f"Missing required parameter: {name}", 400)
    return _checked_text(name, value)


def _checked_text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TokenError("invalid_request", f"The parameter {name} must be text.", 400)
    if "\0" in value:  # PostgreSQL takes no NUL
        raise TokenError("invalid_request", f"The parameter {name} must not contain NUL.", 400)
    return value


def _profile(body: Body) -> dict[str, str]:
    """The root fields that are given; empty ones count as left out, as forms send every field."""
    given = {name: body[name] for name in PROFILE_FIELDS if body.get(name) not in (None, "")}
    return {name: _checked_text(name, value) for name, value in given.items()}


def _metadata(body: Body) -> Any:
    """`user_metadata` as given. A form has a parameter for each property, `user_metadata[hobby]`, or one with
    the whole object as JSON text. Raises TokenError or MetadataError."""
    whole = body.get("user_metadata")
    if isinstance(whole, str):
        try:
            whole = parse(whole)
        except TextError as error:
            raise MetadataError((), f"is not valid JSON: {error}", document="user_metadata") from None
    parts = {
        match[1]: value
        for name, value in body.items()
        if (match := _METADATA_NAME.fullmatch(name)) is not None
    }
    if parts and whole is not None:
        raise TokenError("invalid_request", "user_metadata is given twice.", 400)
    return parts or ({} if whole is None else whole)


def _serialize(user: User, asked: Registration) -> dict[str, Any]:
    """The account as the endpoint answers it: the fields that were given, as they are stored."""
    fields = {name: value for name in asked.profile if (value := getattr(user, name)) is not None}
    metadata = {"user_metadata": user.user_metadata} if user.user_metadata else {}
    bare_id = user.user_id.partition("|")[2]
    return {"_id": bare_id, **fields, "email_verified": user.email_verified, **metadata}
