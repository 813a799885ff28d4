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

# As the token endpoint would do it.
ISSUE = """
from users.actions.authorizations.authorizations import create_authorization
from users.models import Client, RefreshToken, User
user = User.objects.select_related("connection").get(user_id={0!r})
authorization = create_authorization(
    user, Client.objects.first(), connection=user.connection, server=None, scope=["openid"], methods=["pwd"]
)
RefreshToken.objects.create(
    authorization=authorization, family_hash=authorization.authorization_id, is_rotating=True
)
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
def test_refresh_tokens_are_listed_and_revoked(shop, server, kim):
    server.manage("shell", "-c", ISSUE.format(kim["user_id"]))
    (token,) = shop.refresh_tokens_of(kim["user_id"])
    assert (token["user_id"], token["id"][:3], token["rotating"]) == (kim["user_id"], "rt_", True)

    shop.end_refresh_tokens(kim["user_id"])

    assert shop.refresh_tokens_of(kim["user_id"]) == []


def test_who_has_no_second_factor_has_none_to_remove(shop, kim):
    assert shop.methods_of(kim["user_id"]) == []

    shop.remove_methods(kim["user_id"])

    with pytest.raises(Refused) as refused:
        shop.remove_method(kim["user_id"], "totp|dev_4711")
    assert (refused.value.status, refused.value.code) == (404, "inexistent_authentication_method")
