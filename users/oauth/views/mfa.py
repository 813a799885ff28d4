"""The MFA API beside its grants: which factors a user has, challenges, adding an app.

Source: Auth0's Authentication API reference, "Multi-factor Authentication"; the bodies follow recorded
answers.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse

from users.actions.account.multifactor import remove_authentication_method
from users.actions.authorizations.mfa_tokens import (
    MFA_TOKEN_PREFIX,
    InvalidMfaToken,
    begin_enrolment,
    find_mfa_token,
)
from users.actions.errors import MethodNotFound
from users.conf import conf
from users.metadata.errors import TextError
from users.metadata.text import parse
from users.models import Authorization, MfaToken
from users.oauth.bearer import bearer_token, invalid_token, require_scope, verified_token
from users.oauth.endpoint import oauth_endpoint
from users.oauth.grants.mfa import read_mfa_token
from users.oauth.mfa_errors import mfa_error
from users.oauth.parameters import required_parameter
from users.oauth.requests import TokenRequest, read_body
from users.oauth.server import HEADERS, server
from users.oauth.views.revoke import authenticated_client
from users.representation.authentication_methods import find_method
from users.representation.authenticators import serialize_authenticators
from users.representation.enrollments import enrolled_factors
from users.rights.actor import bearer_actor
from users.rights.errors import Denied, StaleSignIn
from users.sign_in.allauth_internals import generate_totp_secret
from users.sign_in.progress import Method
from users.sign_in.second_factor import otpauth_uri
from users.web.client_ip import recorded_ip
from users.web.request import request_id_of


@oauth_endpoint("POST")
def challenge(request: HttpRequest) -> HttpResponse:
    """Say which code the application has to ask its user for."""
    token_request = TokenRequest(request)
    token_request.client = authenticated_client(token_request)
    parameters = token_request.parameters
    token = read_mfa_token(required_parameter(parameters, "mfa_token"), client=token_request.client.client)
    asked = parameters.get("challenge_type", "otp")
    if "otp" not in asked.split():
        raise mfa_error("unsupported_type", asked=asked)
    if not enrolled_factors(token.user):
        raise mfa_error("no_factor")
    named = parameters.get("authenticator_id")
    if named and find_method(token.user, named) is None:
        raise mfa_error("unknown_authenticator")
    return server.handle_response(200, {"challenge_type": "otp"}, [])


@oauth_endpoint("GET")
def authenticators(request: HttpRequest) -> HttpResponse:
    """List the factors of the user whose sign-in waits, or of the user of an access token, as a bare
    array."""
    text = bearer_token(request)
    is_waiting = text.startswith(MFA_TOKEN_PREFIX)
    user = _bearer_mfa_token(request).user if is_waiting else _mfa_api_user(text, "read:authenticators").user
    return HttpResponse(json.dumps(serialize_authenticators(user)), headers=HEADERS)


@oauth_endpoint("DELETE")
def authenticator(request: HttpRequest, method_id: str) -> HttpResponse:
    """Remove a factor. Never by an MFA token, which stands for a sign-in without the factor."""
    authorization = _mfa_api_user(bearer_token(request), "remove:authenticators")
    user = authorization.user
    if enrolled_factors(user) and Method.SECOND_FACTOR not in authorization.methods:
        raise mfa_error("stale_sign_in")
    actor = bearer_actor(
        user,
        # What lets users remove their factors through the Management API.
        frozenset({"delete:current_user_metadata"}),
        authenticated_at=int(authorization.authenticated_at.timestamp()),
        request_id=request_id_of(request),
        ip=recorded_ip(request),
    )
    try:
        remove_authentication_method(user, method_id, actor=actor)
    except MethodNotFound:
        raise mfa_error("unknown_authenticator") from None
    except StaleSignIn:
        raise mfa_error("stale_sign_in") from None
    except Denied:
        raise mfa_error("protected") from None
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


def _mfa_api_user(text: str, scope: str) -> Authorization:
    """The authorization of an access token for the MFA API. Raises TokenError."""
    token = verified_token(text)
    if conf.mfa_audience not in token.audiences:
        raise invalid_token()
    require_scope(token, scope)
    return token.authorization


@oauth_endpoint("POST")
def associate(request: HttpRequest) -> HttpResponse:
    """Begin to add an authenticator app. Only for a user who has no factor: the password alone must not
    replace one. The first code, sent to the token endpoint, confirms it."""
    token = _bearer_mfa_token(request)
    client_id = read_body(request).get("client_id")
    # Most SDKs send none: the client is that of the token.
    if client_id and client_id != token.client.client_id:
        raise mfa_error("foreign_token")
    types = _authenticator_types(request)
    if not types:
        raise mfa_error("no_type")
    if "otp" not in types:
        raise mfa_error("unsupported_authenticator", asked=" ".join(types))
    if enrolled_factors(token.user):
        raise mfa_error("enrolled")
    secret = generate_totp_secret()
    recovery_code = begin_enrolment(token, secret=secret)
    body = {
        "authenticator_type": "otp",
        "secret": secret,
        "barcode_uri": otpauth_uri(token.user, secret),
        "recovery_codes": [recovery_code],
    }
    return server.handle_response(200, body, [])


def _bearer_mfa_token(request: HttpRequest) -> MfaToken:
    """The MFA token in the `Authorization` header. Raises TokenError."""
    try:
        return find_mfa_token(bearer_token(request))
    except InvalidMfaToken:
        raise invalid_token() from None


def _authenticator_types(request: HttpRequest) -> list[str]:
    """`authenticator_types`: a list in JSON, words in a form. `read_body` leaves lists out."""
    if request.content_type != "application/json":
        return read_body(request).get("authenticator_types", "").split()
    try:
        body: Any = parse(request.body)
    except TextError:
        return []
    types = body.get("authenticator_types") if isinstance(body, dict) else None
    return [name for name in types if isinstance(name, str)] if isinstance(types, list) else []
