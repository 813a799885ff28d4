"""Post-login hooks change the granted scopes, within what client and API allow."""

from __future__ import annotations

import jwt
import pytest
from django.test import Client as Browser

from tests.oauth.answers import MANAGEMENT, PASSWORD_GRANT, SONGS
from tests.oauth.sign_in_browser import (
    CALLBACK,
    answer_of,
    authorize,
    exchange,
    follow,
    sign_in,
    type_password,
)
from tests.second_factor import code as code_of
from tests.second_factor import enrol
from users.models import Authorization, RefreshToken
from users.sign_in import hooks
from users.sign_in.hooks import PostLoginResult
from users.sign_in.scope_changes import ScopeChanges

OTP_GRANT = "http://auth0.com/oauth/grant-type/mfa-otp"
ROTATING = {"rotation_type": "rotating", "expiration_type": "non-expiring"}


@pytest.fixture
def visitor() -> Browser:
    """One visitor, with its cookies."""
    return Browser()


@pytest.fixture
def change(monkeypatch):
    """Names a post-login hook that makes these changes; none ends it."""

    def set_hook(*, replaced_by=None, added=(), removed=(), **result):
        changes = ScopeChanges(replaced_by=replaced_by, added=frozenset(added), removed=frozenset(removed))
        hook = lambda _: PostLoginResult(scopes=changes, **result)  # noqa: E731
        monkeypatch.setattr(hooks, "POST_LOGIN", [hook])

    return set_hook


@pytest.fixture
def claims_in():
    """The claims of a token, which other tests verify."""
    return lambda token, audience: jwt.decode(token, audience=audience, options={"verify_signature": False})


@pytest.fixture
def music(songs):
    songs.allow_offline_access = True
    songs.save()
    return songs


@pytest.fixture
def player(make_app, music):
    """An application that signs in by code and by password, and may refresh."""
    return make_app(
        is_public=True,
        callbacks=[CALLBACK],
        grant_types=["authorization_code", "implicit", PASSWORD_GRANT, OTP_GRANT, "refresh_token"],
        refresh_token=ROTATING,
        app_type="spa",
    )


def tokens_by_code(visitor, client, user, **changed):
    answer = answer_of(sign_in(visitor, client, user, **{"audience": SONGS} | changed))
    return exchange(visitor, client, answer["code"]).json()


def refresh(client, token, **more):
    body = {"grant_type": "refresh_token", "client_id": client.client_id, "refresh_token": token, **more}
    return Browser().post("/oauth/token", body).json()


def userinfo(tokens):
    return Browser().get("/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})


def test_a_hook_removes_a_scope_of_the_code_flow(visitor, player, jane, change, claims_in):
    """From the answer, the access token, the authorization, and what the ID token and /userinfo say."""
    change(removed=["write:songs", "email"])

    tokens = tokens_by_code(visitor, player, jane, scope="openid email read:songs write:songs")

    assert tokens["scope"] == "openid read:songs"
    assert claims_in(tokens["access_token"], SONGS)["scope"] == "openid read:songs"
    assert "email" not in claims_in(tokens["id_token"], player.client_id)
    assert userinfo(tokens).json() == {"sub": jane.user_id}
    assert Authorization.objects.get().scope == ["openid", "read:songs"]


def test_a_hook_adds_scopes_that_the_application_did_not_request(visitor, player, jane, change, claims_in):
    change(added=["write:songs", "email"])

    tokens = tokens_by_code(visitor, player, jane, scope="openid read:songs")

    assert set(tokens["scope"].split()) == {"openid", "read:songs", "write:songs", "email"}
    assert claims_in(tokens["access_token"], SONGS)["scope"] == tokens["scope"]
    assert userinfo(tokens).json()["email"] == jane.email


def test_a_hook_replaces_all_of_them(visitor, player, jane, change):
    """As Rules do by `context.accessToken.scope`."""
    change(replaced_by=("write:songs",))

    tokens = tokens_by_code(visitor, player, jane, scope="openid email read:songs")

    assert tokens["scope"] == "openid write:songs"
    assert "id_token" in tokens


def test_the_fragment_answer_has_the_changed_scopes(visitor, player, jane, change):
    change(removed=["write:songs"])

    answer = answer_of(
        sign_in(
            visitor,
            player,
            jane,
            audience=SONGS,
            response_type="token",
            scope="read:songs write:songs",
            code_challenge=...,
            code_challenge_method=...,
        )
    )

    assert answer["scope"] == "read:songs"


def test_a_hook_grants_nothing_that_the_api_does_not_define(visitor, player, jane, change):
    change(added=["delete:songs", "update:users"])

    assert tokens_by_code(visitor, player, jane, scope="openid")["scope"] == "openid"


def test_nor_a_permission_that_the_user_lacks_where_the_api_asks_for_it(visitor, player, jane, music, change):
    music.enforce_policies = True
    music.save()
    change(added=["read:songs"])

    assert tokens_by_code(visitor, player, jane, scope="openid")["scope"] == "openid"


def test_nor_more_than_current_user_scopes_of_the_management_api(ask, change):
    change(added=["update:users", "read:current_user"])

    answer = ask(scope="openid", audience=MANAGEMENT).json()

    assert answer["scope"] == "openid read:current_user"


def test_nor_a_refresh_token_that_client_or_api_do_not_allow(ask, player, music, change):
    change(added=["offline_access"])

    assert "refresh_token" not in ask(scope="openid", audience=SONGS).json()  # the client has no such grant
    assert "refresh_token" in ask(of=player, scope="openid", audience=SONGS).json()
    music.allow_offline_access = False
    music.save()
    assert "refresh_token" not in ask(of=player, scope="openid", audience=SONGS).json()


def test_nor_where_the_api_has_a_scope_of_that_name(ask, player, music, change):
    music.allow_offline_access = False
    music.scopes = [*music.scopes, {"value": "offline_access", "description": ""}]
    music.save()
    change(added=["offline_access"])

    for answer in (
        ask(of=player, scope="openid", audience=SONGS).json(),
        ask(of=player, scope="openid offline_access", audience=SONGS).json(),
        ask(of=player, audience=SONGS).json(),
    ):
        assert "refresh_token" not in answer
        assert "offline_access" not in answer["scope"]


def test_a_hook_takes_the_refresh_token_back(visitor, player, jane, change):
    change(removed=["offline_access"])

    tokens = tokens_by_code(visitor, player, jane, scope="openid offline_access")

    assert "refresh_token" not in tokens
    assert not RefreshToken.objects.exists()


@pytest.mark.parametrize("changes", [{"removed": ["openid"]}, {"replaced_by": ()}])
def test_no_hook_takes_the_id_token_from_an_answer_that_must_have_it(
    visitor, player, jane, change, claims_in, changes
):
    change(**changes)

    answer = answer_of(sign_in(visitor, player, jane, response_type="id_token", scope="openid", nonce="n-1"))

    assert claims_in(answer["id_token"], player.client_id)["sub"] == jane.user_id


def test_nor_adds_one_to_an_answer_of_plain_oauth(ask, jane, songs, change):
    change(added=["openid"])

    answer = ask(scope="read:songs", audience=SONGS).json()

    assert (answer["scope"], "id_token" in answer) == ("read:songs", False)


def test_a_password_grant_gets_the_changed_scopes(ask, songs, change, claims_in):
    """All scopes of the API are granted where none is requested: the hook still removes one."""
    change(removed=["write:songs"])

    answer = ask(audience=SONGS).json()

    assert answer["scope"] == "read:songs"
    assert claims_in(answer["access_token"], SONGS)["scope"] == "read:songs"


def test_a_hook_sees_the_requested_scopes(ask, songs, monkeypatch):
    seen = []
    hook = lambda sign_in: seen.append(sign_in.request.scope) or PostLoginResult()  # noqa: E731
    monkeypatch.setattr(hooks, "POST_LOGIN", [hook])

    ask(scope="openid read:songs", audience=SONGS)

    assert seen == [("openid", "read:songs")]


def test_changes_outlast_the_second_factor_that_the_hook_demands(ask, player, change):
    change(removed=["write:songs"], demands_second_factor=True)
    waiting = ask(of=player, audience=SONGS).json()
    bearer = {"Authorization": f"Bearer {waiting['mfa_token']}"}
    enrolled = Browser().post(
        "/mfa/associate", {"authenticator_types": ["otp"]}, "application/json", headers=bearer
    )
    body = {
        "grant_type": OTP_GRANT,
        "client_id": player.client_id,
        "mfa_token": waiting["mfa_token"],
        "otp": code_of(enrolled.json()["secret"]),
    }

    assert Browser().post("/oauth/token", body).json()["scope"] == "read:songs"


def test_and_the_page_that_asks_for_it(visitor, player, jane, change):
    secret = enrol(jane)
    change(removed=["write:songs"], demands_second_factor=True)
    asked = type_password(
        visitor, authorize(visitor, player, audience=SONGS, scope="read:songs write:songs"), jane
    )
    answer = answer_of(follow(visitor, visitor.post(asked["Location"], {"code": code_of(secret)})))

    assert exchange(visitor, player, answer["code"]).json()["scope"] == "read:songs"


def test_a_refresh_has_the_scopes_of_the_sign_in(visitor, player, jane, change):
    change(removed=["write:songs"])
    tokens = tokens_by_code(visitor, player, jane, scope="openid read:songs write:songs offline_access")
    change()

    renewed = refresh(player, tokens["refresh_token"])
    wider = refresh(player, renewed["refresh_token"], scope="write:songs")

    assert renewed["scope"] == "openid read:songs offline_access"
    assert wider["error"] == "invalid_scope"


def test_a_hook_removes_a_scope_at_a_refresh_and_adds_none(visitor, player, jane, change, claims_in):
    tokens = tokens_by_code(visitor, player, jane, scope="openid read:songs email offline_access")
    change(removed=["email"], added=["write:songs"])

    renewed = refresh(player, tokens["refresh_token"])

    assert renewed["scope"] == "openid read:songs offline_access"
    assert claims_in(renewed["access_token"], SONGS)["scope"] == renewed["scope"]
    assert "email" not in userinfo(renewed).json()
    change()
    # What was granted at the sign-in is granted again.
    assert "email" in refresh(player, renewed["refresh_token"])["scope"]


def test_the_user_of_a_third_party_consents_to_what_a_hook_adds(visitor, player, jane, change):
    player.is_first_party = False
    player.save()
    change(added=["write:songs"])

    page = sign_in(visitor, player, jane, audience=SONGS, scope="openid read:songs")
    asked = visitor.get(page["Location"])

    assert "write:songs" in asked.content.decode()
