"""What we refuse arrives as the SDK's own class for it, with Auth0's code and words."""

from __future__ import annotations

import pytest

from tests.sdk.program import Application, Refused
from users.models import DEFAULT_CONNECTION

NOBODY = "auth0|000000000000000000000000"


@pytest.fixture
def refusal(sdk):
    """Status, code and words of what a call raises, once its class is the right one."""

    def of(call, *arguments):
        with pytest.raises(Refused) as refused:
            call(*arguments)
        error = refused.value
        assert error.kind == sdk.errors[error.status], error
        return error.status, error.code, error.message

    return of


def test_a_bad_body(refusal, shop):
    status, code, message = refusal(
        shop.create, {"connection": DEFAULT_CONNECTION, "email": "jane.roe@example.com", "name": ""}
    )

    assert (status, code) == (400, "invalid_body")
    assert "'String is too short (0 chars), minimum 1' on property name" in message


def test_a_bad_name_of_a_field_in_a_document(refusal, shop, jane):
    status, code, message = refusal(shop.patch, jane["user_id"], {"user_metadata": {"a.b": 1}})

    assert (status, code) == (400, "invalid_body")
    assert "user_metadata" in message


def test_a_token_that_somebody_changed(refusal, program, server, shop):
    header, claims, signature = shop.token()["access_token"].split(".")
    forged = f"{header}.{claims}.{signature[:-8]}AAAAAAAA"

    status, _, message = refusal(Application(program, domain=server.domain, token=forged).get, NOBODY)

    assert (status, message) == (401, "Invalid signature received for JSON Web Token validation")


def test_a_scope_that_the_client_lacks(refusal, window_shopper):
    body = {"connection": DEFAULT_CONNECTION, "email": "jane.roe@example.com"}

    assert refusal(window_shopper.create, body) == (
        403,
        "insufficient_scope",
        "Insufficient scope, expected any of: create:users",
    )


def test_a_user_who_does_not_exist(refusal, shop):
    assert refusal(shop.get, NOBODY) == (404, "inexistent_user", "The user does not exist.")


def test_a_user_who_exists_already(refusal, shop, jane):
    body = {"connection": DEFAULT_CONNECTION, "email": jane["email"]}

    assert refusal(shop.create, body) == (409, "auth0_idp_error", "The user already exists.")
