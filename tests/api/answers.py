"""How the tests read the API's answers."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from users.models import User

USERS = "/api/v2/users"
BY_EMAIL = "/api/v2/users-by-email"
BLOCKS = "/api/v2/user-blocks"
CONNECTION = "Username-Password-Authentication"


def at(user: User) -> str:
    """The address of the account."""
    return f"{USERS}/{user.user_id}"


def shown(response: Any) -> Any:
    """The JSON of an answer that went well."""
    assert response.status_code in (200, 201), response.content
    return json.loads(response.content)


def problem(response: Any) -> tuple[int, str, str | None]:
    """Status, message and code of an answer that must be Auth0's envelope and nothing more."""
    assert response["Content-Type"] in ("application/json", "application/json; charset=utf-8")
    body = json.loads(response.content)
    assert body["statusCode"] == response.status_code
    assert body["error"] == HTTPStatus(response.status_code).phrase
    assert body.keys() <= {"statusCode", "error", "message", "errorCode", "attributes"}
    return response.status_code, body["message"], body.get("errorCode")


def invalid_body(rule: str) -> tuple[int, str, str]:
    """What a body that breaks `rule` is answered."""
    return 400, f"Payload validation error: {rule}", "invalid_body"


def invalid_query(rule: str) -> tuple[int, str, str]:
    """What a query string that breaks `rule` is answered."""
    return 400, f"Query validation error: {rule}", "invalid_query_string"
