"""The authentication part of auth0-python: users sign up, sign in, stay signed in, forget their password."""

from __future__ import annotations

import pytest

from tests.sdk.conftest import PASSWORD
from tests.sdk.program import SDKS, Application, Refused
from users.models import DEFAULT_CONNECTION

PYTHON = [sdk for sdk in SDKS if "python" in sdk.name]
pytestmark = pytest.mark.parametrize("sdk", PYTHON, ids=str, indirect=True)
NEW = "mary.major@example.com"


@pytest.fixture
def web_application(program, server, web_shop) -> Application:
    """The SDK under test, in an application in which users sign in."""
    return Application(program, domain=server.domain, **web_shop)


@pytest.fixture
def signed_up(web_application, call):
    """What the SDK returns for a sign-up."""
    try:
        yield web_application.sign_up(NEW, PASSWORD, DEFAULT_CONNECTION, {"hobby": "surfing"})
    finally:
        for user in call.get("/api/v2/users-by-email", params={"email": NEW}).json():
            call.delete(f"/api/v2/users/{user['user_id']}").raise_for_status()


def test_a_user_signs_up_with_metadata(signed_up, web_application, call):
    (stored,) = call.get("/api/v2/users-by-email", params={"email": NEW}).json()
    assert stored["user_id"] == f"auth0|{signed_up['_id']}"
    assert (signed_up["email"], signed_up["email_verified"]) == (NEW, False)
    assert stored["user_metadata"] == {"hobby": "surfing"}
    assert "app_metadata" not in stored

    with pytest.raises(Refused) as refused:
        web_application.sign_up(NEW, "short", DEFAULT_CONNECTION, {})
    assert refused.value.status == 400


def test_a_user_stays_signed_in_until_the_token_is_revoked(signed_up, web_application):
    scope = "openid profile email offline_access"
    first = web_application.log_in(NEW, PASSWORD, DEFAULT_CONNECTION, scope)
    about = web_application.userinfo(first["access_token"])
    assert (about["sub"], about["email"]) == (f"auth0|{signed_up['_id']}", NEW)
    assert not {"user_metadata", "app_metadata"} & set(about)
    second = web_application.refresh(first["refresh_token"])
    assert web_application.userinfo(second["access_token"])["sub"] == about["sub"]

    web_application.revoke(second["refresh_token"])
    with pytest.raises(Refused) as refused:
        web_application.refresh(second["refresh_token"])
    assert (refused.value.status, refused.value.code) == (403, "invalid_grant")


def test_a_wrong_password_is_told_by_an_error_of_the_sdk(signed_up, web_application):
    with pytest.raises(Refused) as refused:
        web_application.log_in(NEW, "Wrong-horse-7-battery", DEFAULT_CONNECTION, "openid")
    assert (refused.value.status, refused.value.code) == (403, "invalid_grant")


def test_a_user_asks_for_a_new_password(signed_up, web_application):
    text = web_application.change_password(NEW, DEFAULT_CONNECTION)
    assert text == "We've just sent you an email to reset your password."
    # The same for an address that has no account.
    assert web_application.change_password("nobody@example.com", DEFAULT_CONNECTION) == text
