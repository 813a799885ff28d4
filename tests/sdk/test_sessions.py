"""Sessions and authentication methods: what an SDK reports as done was done."""

from __future__ import annotations

import pytest

from tests.sdk.program import Refused
from users.models import DEFAULT_CONNECTION

# In the server's own database, as its sign-in page does it.
SIGN_IN = """
from django.test import Client
from users.models import User
Client().force_login(User.objects.get(user_id={!r}))
"""


@pytest.fixture
def kim(shop):
    user = shop.create({"connection": DEFAULT_CONNECTION, "email": "kim.session@example.com"})
    yield user
    shop.delete(user["user_id"])


@pytest.fixture
def _has_sessions(sdk):
    if sdk.name == "auth0-python 4":
        pytest.skip("this SDK has no sessions")


@pytest.mark.usefixtures("_has_sessions")
def test_sessions_are_listed_and_ended(shop, server, kim):
    server.manage("shell", "-c", SIGN_IN.format(kim["user_id"]))
    (session,) = shop.sessions_of(kim["user_id"])
    assert (session["user_id"], session["id"][:4]) == (kim["user_id"], "ses_")

    shop.end_sessions(kim["user_id"])

    assert shop.sessions_of(kim["user_id"]) == []


@pytest.mark.usefixtures("_has_sessions")
def test_refresh_tokens_are_none_to_be_ended(shop, kim):
    with pytest.raises(Refused) as refused:
        shop.end_refresh_tokens(kim["user_id"])
    assert refused.value.status == 404


def test_who_has_no_second_factor_has_none_to_remove(shop, kim):
    assert shop.methods_of(kim["user_id"]) == []

    shop.remove_methods(kim["user_id"])

    with pytest.raises(Refused) as refused:
        shop.remove_method(kim["user_id"], "totp|dev_4711")
    assert (refused.value.status, refused.value.code) == (404, "inexistent_authentication_method")
