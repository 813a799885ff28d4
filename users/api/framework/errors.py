"""Translate exceptions into Auth0's error envelope, in one place.

Source: recorded answers and Auth0's published OpenAPI document. An exception that is not listed here is a
fault of ours and becomes a 500.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpResponse
from rest_framework import exceptions as drf
from rest_framework.response import Response

from users.actions.errors import (
    AlreadyExists,
    BadIdentity,
    ChangedSince,
    ChangeNotFound,
    ConnectionExists,
    ConnectionInUse,
    ConnectionNotFound,
    DuplicateField,
    IdentityTaken,
    InvalidCombination,
    InvalidIndexedKey,
    MethodNotFound,
    NotSupported,
    NotUndoable,
    RoleNotFound,
    RuleExists,
    RuleNotFound,
    ServerNotFound,
    StaleVersion,
    UnknownPermission,
    UnknownScope,
    UserNotFound,
    WeakPassword,
)
from users.api.framework.authentication import InvalidAuthorizationHeader
from users.api.framework.history_rows import serialize_conflict
from users.api.framework.problem import Problem
from users.availability.outage import outage_of
from users.history.errors import BeforeRetention, NotCreatedYet
from users.mail.send import MailDisabled
from users.metadata.errors import MetadataError, TextError, TooLarge
from users.representation.validation import FieldError
from users.rights.errors import Denied, Protected, StaleSignIn
from users.tokens.id_tokens import InvalidIdToken
from users.tokens.verify import BadSignature, ExpiredToken, InvalidClaims, MalformedToken
from users.web.envelope import envelope
from users.web.errors import parser_error_message, unavailable

# 400 and not 401, and `Bearer` as the code: so documented of Auth0 for a header without a JWT.
BAD_HEADER = Problem(400, "Bad HTTP authentication header format", "Bearer")
BAD_SIGNATURE = "Invalid signature received for JSON Web Token validation"
EXPIRED = "Expired token received for JSON Web Token validation"
USER_NOT_FOUND = Problem(404, "The user does not exist.", "inexistent_user")
# Auth0's recorded answer has no errorCode.
ROLE_NOT_FOUND = Problem(404, "The role does not exist.")


def exception_handler(exception: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler. None lets the exception propagate and become a 500."""
    # First of all: a lost database connection may surface as any exception, and a 503 tells clients to retry.
    outage = None if isinstance(exception, Problem) else outage_of(exception)
    if outage is not None:
        # DRF wraps the request; `unavailable` serves plain Django views as well.
        return unavailable(context["request"]._request, outage)
    problem = to_problem(exception)
    if problem is None:
        return None
    # RFC 9110, section 11.6.1: a 401 must name the scheme.
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else {}
    if problem.status in (429, 503):
        # The rate limit counts by the second, so the next one is soon enough.
        headers["Retry-After"] = "1"
    body = envelope(problem.status, problem.message, problem.code, **problem.more)
    return Response(body, status=problem.status, headers=headers)


def to_problem(exception: Exception) -> Problem | None:
    """Return the exception as a Problem, by its nearest class in the table; None where it has no row."""
    if isinstance(exception, Problem):
        return exception
    # The nearest class wins, so a subclass can have a row of its own.
    for kind in type(exception).__mro__:
        if kind in PROBLEMS:
            return PROBLEMS[kind](exception)
    return None


def invalid_token(message: str) -> Problem:
    """401 for a token that cannot be accepted."""
    return Problem(401, message, attributes={"error": message})


def invalid_body(rule: str, code: str = "invalid_body") -> Problem:
    """400 for a request body that breaks a rule."""
    return Problem(400, f"Payload validation error: {rule}", code)


def invalid_query(name: str, rule: str) -> Problem:
    """400 for a query parameter that breaks a rule."""
    return Problem(400, f"Query validation error: '{rule}' on property {name}.", "invalid_query_string")


def _invalid_document(error: MetadataError) -> Problem:
    return invalid_body(f"'{error.reason}' on property {error.place}.")


# Only for creation: a PATCH with a taken email is 400 with another text, which its view gives.
def _duplicate_user(error: DuplicateField) -> Problem:
    return Problem(409, "The user already exists.", "auth0_idp_error")


def _changed_since(error: ChangedSince) -> Problem:
    # Sorted, so that repeated requests get the same answer.
    conflicts = [serialize_conflict(error.part, key, sides) for key, sides in sorted(error.keys.items())]
    text = "Something has changed again since. Send force to restore it anyway."
    return Problem(409, text, "changed_since", attributes={"conflicts": conflicts})


PROBLEMS: dict[type, Callable[[Any], Problem | None]] = {
    InvalidAuthorizationHeader: lambda _: BAD_HEADER,
    MalformedToken: lambda _: BAD_HEADER,
    BadSignature: lambda _: invalid_token(BAD_SIGNATURE),
    ExpiredToken: lambda _: invalid_token(EXPIRED),
    InvalidClaims: lambda _: invalid_token("Invalid token"),
    # Auth0's code for a missing scope, also where the scope opens the call but not the field.
    Denied: lambda error: Problem(403, error.reason, "insufficient_scope"),
    # A code of ours: Auth0 has no accounts that are out of the API's reach.
    Protected: lambda error: Problem(403, error.reason, "protected_account"),
    # The code is OAuth's. Source: RFC 9470.
    # Step-up: the action needs a recent sign-in.
    StaleSignIn: lambda error: Problem(403, error.reason, "insufficient_user_authentication"),
    TextError: lambda error: invalid_body(f"'{error}'."),
    MetadataError: _invalid_document,
    TooLarge: lambda error: Problem(413, f"{error.place}: {error.reason}", "payload_too_large"),
    FieldError: lambda error: invalid_body(str(error)),
    DuplicateField: _duplicate_user,
    AlreadyExists: lambda error: Problem(409, str(error), "conflict"),
    UnknownScope: lambda error: invalid_body(f"'{error}' on property scope."),
    InvalidCombination: lambda error: Problem(400, str(error), "operation_not_supported"),
    NotSupported: lambda error: Problem(400, str(error), "operation_not_supported"),
    WeakPassword: lambda error: Problem(400, f"{error.name}: {error.text}", "invalid_password"),
    MailDisabled: lambda error: Problem(400, str(error), "operation_not_supported"),
    StaleVersion: lambda _: Problem(
        412, "The user changed since you read it. Read it again, then retry.", "precondition_failed"
    ),
    UnknownPermission: lambda error: invalid_body(f"'{error}' on property permissions."),
    BadIdentity: lambda error: Problem(400, str(error), "operation_not_supported"),
    InvalidIndexedKey: lambda error: Problem(400, str(error), "operation_not_supported"),
    InvalidIdToken: lambda error: Problem(400, str(error), "operation_not_supported"),
    IdentityTaken: lambda _: Problem(409, "Specified identity already exists.", "identity_conflict"),
    # Text and code as recorded of Auth0.
    UserNotFound: lambda _: USER_NOT_FOUND,
    NotCreatedYet: lambda _: Problem(404, "The user did not exist at that moment.", "inexistent_user"),
    BeforeRetention: lambda error: Problem(404, str(error), "history_not_kept"),
    ChangeNotFound: lambda _: Problem(404, "The change does not exist.", "inexistent_change"),
    ChangedSince: _changed_since,
    NotUndoable: lambda error: Problem(400, str(error), "operation_not_supported"),
    RoleNotFound: lambda _: ROLE_NOT_FOUND,
    MethodNotFound: lambda _: Problem(
        404, "The authentication method does not exist.", "inexistent_authentication_method"
    ),
    ServerNotFound: lambda error: Problem(404, f"The resource server does not exist: '{error.identifier}'"),
    ConnectionExists: lambda _: Problem(
        409, "A connection with the same name already exists", "connection_conflict"
    ),
    ConnectionNotFound: lambda _: Problem(404, "The connection does not exist", "inexistent_connection"),
    RuleExists: lambda error: Problem(409, str(error), "rule_conflict"),
    RuleNotFound: lambda _: Problem(404, "Rule not found", "inexistent_rule"),
    ConnectionInUse: lambda error: Problem(409, str(error), "connection_in_use"),
    Http404: lambda _: Problem(404, "Not Found"),
    # Django raises these while it parses a form. They are refusals with a reason, not faults of ours.
    TooManyFieldsSent: lambda error: invalid_body(parser_error_message(error)),
    TooManyFilesSent: lambda error: invalid_body(parser_error_message(error)),
    drf.NotAuthenticated: lambda _: Problem(401, "Missing authentication"),
    drf.MethodNotAllowed: lambda _: Problem(405, "Method Not Allowed"),
    drf.NotAcceptable: lambda _: Problem(406, "The answer is application/json; accept it.", "not_acceptable"),
    drf.UnsupportedMediaType: lambda _: Problem(
        415, "Send the body as application/json or as a form.", "unsupported_media_type"
    ),
}
