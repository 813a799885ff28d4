"""`POST /oauth/revoke`: a client gives up a refresh token."""

from __future__ import annotations

import base64
import json

import pytest
from django.test import Client as Browser

from tests.oauth.answers import SECRET, refused
from users.models import Authorization, LogEvent, RefreshToken


@pytest.fixture
def player(make_app):
    settings = {"rotation_type": "rotating", "expiration_type": "non-expiring"}
    return make_app(grant_types=["password", "refresh_token"], refresh_token=settings)


@pytest.fixture
def tokens(ask, player):
    return ask(of=player, audience=..., scope="openid offline_access").json()


@pytest.fixture
def refresh(ask, player):
    def present(token):
        more = {"username": ..., "password": ..., "audience": ...}
        return ask(of=player, grant_type="refresh_token", refresh_token=token, **more)

    return present


def revoke(client, as_form=False, headers=(), **changed):
    given = {"client_id": client.client_id, "client_secret": ... if client.is_public else SECRET, **changed}
    body = {name: value for name, value in given.items() if value is not ...}
    text = body if as_form else json.dumps(body)
    more = {} if as_form else {"content_type": "application/json"}
    return Browser().post("/oauth/revoke", text, **more, **dict(headers))


@pytest.mark.parametrize("as_form", [False, True])
def test_it_ends_the_token_and_leaves_the_rest(player, tokens, refresh, as_form, jane):
    answer = revoke(player, as_form, token=tokens["refresh_token"], token_type_hint="refresh_token")

    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, b"", "no-store")
    assert refused(refresh(tokens["refresh_token"]))[:2] == (403, "invalid_grant")
    assert Authorization.objects.get().revoked_at is None
    assert Authorization.objects.get().expires_at is not None
    userinfo = Browser().get("/userinfo", HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}")
    assert userinfo.status_code == 200
    event = LogEvent.objects.get(type="srrt")
    assert (event.user_id, event.client_id) == (jane.user_id, player.client_id)


def test_an_old_token_ends_the_ones_that_have_replaced_it(player, tokens, refresh):
    newer = refresh(tokens["refresh_token"]).json()["refresh_token"]

    revoke(player, token=tokens["refresh_token"])

    assert refused(refresh(newer))[:2] == (403, "invalid_grant")


@pytest.mark.parametrize("token", ["x", "a.b", "ä", f"{'a' * 22}.{'b' * 43}"])
def test_an_unknown_token_has_the_same_answer(player, db, token):
    answer = revoke(player, token=token)

    assert (answer.status_code, answer.content) == (200, b"")
    assert not LogEvent.objects.filter(type="srrt").exists()


def test_an_access_token_ends_by_itself(player, tokens):
    assert revoke(player, token=tokens["access_token"]).status_code == 200
    userinfo = Browser().get("/userinfo", HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}")
    assert userinfo.status_code == 200


def test_that_of_another_client_stays(player, tokens, refresh, page):
    answer = revoke(page, token=tokens["refresh_token"])

    assert (answer.status_code, answer.content) == (200, b"")
    assert RefreshToken.objects.count() == 1
    assert refresh(tokens["refresh_token"]).status_code == 200


def test_the_client_may_authenticate_by_the_header(player, tokens):
    proof = base64.b64encode(f"{player.client_id}:{SECRET}".encode()).decode()
    header = {"HTTP_AUTHORIZATION": f"Basic {proof}"}

    revoke(player, client_id=..., client_secret=..., headers=header, token=tokens["refresh_token"])

    assert not RefreshToken.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [{"client_secret": "wrong"}, {"client_secret": ...}, {"client_id": "x"}, {"client_id": ...}],
    ids=str,
)
def test_a_client_that_does_not_prove_who_it_is_is_refused(player, tokens, changed):
    answer = revoke(player, token=tokens["refresh_token"], **changed)

    assert refused(answer) == (401, "invalid_client", "Unauthorized")
    assert "WWW-Authenticate" not in answer
    assert RefreshToken.objects.exists()


def test_a_token_is_required_and_only_post_is_taken(player):
    assert refused(revoke(player)) == (400, "invalid_request", "Missing required parameter: token")
    assert refused(Browser().get("/oauth/revoke"))[0] == 405
