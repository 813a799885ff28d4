"""Auth0's error envelope for `/api/v2`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any


def envelope(status: int, message: str, code: str | None = None, **more: Any) -> dict[str, Any]:
    """`{"statusCode", "error", "message", "errorCode"}`; the code is left out where Auth0 has none."""
    body = {"statusCode": status, "error": HTTPStatus(status).phrase, "message": message, **more}
    return {**body, "errorCode": code} if code else body


# Source: RFC 6749, section 4.1.2.1; Auth0 docs, "Authentication API: errors".
_OAUTH_ERRORS = {500: "server_error", 503: "temporarily_unavailable"}


def oauth_envelope(description: str, status: int = 400) -> dict[str, Any]:
    """Return an error body of the token endpoint, in the form of RFC 6749."""
    return {"error": _OAUTH_ERRORS.get(status, "invalid_request"), "error_description": description}
