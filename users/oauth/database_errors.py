"""Errors of the endpoints of database connections (`/dbconnections/...`).

Source: Auth0's Authentication API reference, "Signup"; the objects are those that its libraries read. The
text is given twice: auth0-js reads `description`, auth0-python `message`.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse

from users.actions.errors import NotSupported, WeakPassword
from users.mail.send import MailDisabled
from users.metadata.errors import MetadataError
from users.oauth.errors import TokenError
from users.oauth.server import server
from users.passwords.policy import format_rules
from users.representation.validation import FieldError
from users.sign_in.hooks import SignUpDenied
from users.sign_in.sign_up import ConnectionNotEnabled, IdentifierTaken, SignUpDisabled, TooManySignUps

USER_EXISTS = "The user already exists."
USERNAME_EXISTS = "The username provided is in use already."
TOO_MANY = "Too many requests from your IP address. Wait, then try again."


def error_response(error: Exception) -> HttpResponse:
    """Answer a refused request, by what was raised for it."""
    match error:
        case TokenError():
            return _oauth_error(error.error or "", error.description or "", error.status_code)
        case IdentifierTaken(is_hidden=True):
            return _bad_request("invalid_signup", "Invalid sign up")
        case IdentifierTaken(field="username"):
            return _bad_request("username_exists", USERNAME_EXISTS)
        case IdentifierTaken():
            return _bad_request("user_exists", USER_EXISTS)
        case SignUpDisabled():
            return _bad_request("public_signup_disabled", str(error))
        case WeakPassword():
            return _respond(_weak_password(error))
        case SignUpDenied():
            return _respond(
                {
                    "name": "ExtensibilityError",
                    "code": "extensibility_error",
                    "friendly_message": error.message,
                    "description": error.message,
                    "message": error.message,
                }
            )
        case TooManySignUps():
            return too_many_requests(error.seconds)
        case MailDisabled() | FieldError() | MetadataError() | ConnectionNotEnabled() | NotSupported():
            return _oauth_error("invalid_request", str(error))
    raise error


def too_many_requests(seconds: int) -> HttpResponse:
    """429, with the seconds after which another request may follow."""
    response = _oauth_error("too_many_requests", TOO_MANY, HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(seconds)
    return response


def _weak_password(error: WeakPassword) -> dict[str, Any]:
    """The object from which Lock and the mobile SDKs show which rules a password breaks."""
    text = {"name": error.name, "code": "invalid_password", "message": error.summary}
    if type(error) is not WeakPassword:
        return {**text, "description": error.summary}
    # Without a policy, the messages of the validators of this installation.
    rules = error.rules or [
        {"code": "validator", "message": message, "verified": False} for message in error.messages
    ]
    description = {"rules": rules, "verified": False}
    return {**text, "policy": format_rules(rules), "description": description}


def _bad_request(code: str, text: str) -> HttpResponse:
    return _respond({"name": "BadRequestError", "code": code, "description": text, "message": text})


def _oauth_error(code: str, text: str, status: int = 400) -> HttpResponse:
    """An error of the request itself has OAuth's members as well."""
    body = {"error": code, "error_description": text, "code": code, "description": text, "message": text}
    return _respond(body, status)


def _respond(body: dict[str, Any], status: int = 400) -> HttpResponse:
    return server.handle_response(status, {**body, "statusCode": int(status)}, [])
