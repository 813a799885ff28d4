"""`/userinfo`: what a token of a user says about them, and which token says nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from tests.conftest import again
from tests.oauth.answers import ISSUER, MANAGEMENT, SONGS, refused
from tests.user_tokens import issue_user_token
from users.actions.account.block_user import block_user
from users.actions.account.delete_user import delete_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.identities import link
from users.models import Authorization, Client, ResourceServer
from users.rights.actor import command_actor
from users.sign_in import hooks
from users.sign_in.hooks import PostLoginResult
from users.tokens.issue import sign

SHELL = command_actor("tests")
OPEN = {"audience": ..., "scope": "openid profile email"}


@pytest.fixture
def token(ask):
    """`token(scope="openid")`: an access token of Jane's."""
    return lambda **changed: ask(**{**OPEN, **changed}).json()["access_token"]


def userinfo(token=None, method="get", **more):
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token is not None else {}
    return getattr(Browser(), method)("/userinfo", **headers, **more)


def claims(token, **more):
    answer = userinfo(token, **more)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_says_what_the_scopes_open(token, jane, method):
    found = claims(token(), method=method)

    assert found.pop("updated_at").endswith("Z")
    assert found.pop("picture").startswith("https://s.gravatar.com/")
    assert found == {
        "sub": jane.user_id,
        "name": "Jane Doe",
        "nickname": "jane.doe",
        "email": "jane.doe@example.com",
        "email_verified": False,
    }


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json"])
def test_a_post_may_have_the_token_in_its_body(token, jane, kind):
    given = token(scope="openid")
    body = f"access_token={given}" if "form" in kind else {"access_token": given}

    assert userinfo(method="post", data=body, content_type=kind).json() == {"sub": jane.user_id}


def test_a_token_in_the_url_is_none(token):
    assert Browser().get(f"/userinfo?access_token={token()}").status_code == 401
    assert Browser().post(f"/userinfo?access_token={token()}").status_code == 401


def test_two_tokens_are_refused(token):
    given = token()
    answer = userinfo(given, method="post", data={"access_token": given})

    assert refused(answer)[:2] == (400, "invalid_request")


def test_values_are_those_of_now(token, jane):
    given = token()
    edit_user(jane, Edit(profile={"name": "Jane Roe"}), actor=SHELL)

    assert claims(given)["name"] == "Jane Roe"


def test_a_token_for_an_api_opens_it_with_openid_only(token, songs, jane):
    assert claims(token(audience=SONGS, scope="openid read:songs")) == {"sub": jane.user_id}
    assert claims(token(audience=MANAGEMENT, scope="openid"))["sub"] == jane.user_id

    for audience in (SONGS, MANAGEMENT, ...):
        answer = userinfo(token(audience=audience, scope="profile read:songs read:current_user"))
        assert refused(answer)[:2] == (403, "insufficient_scope")
        assert answer["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="openid"'


def test_neither_document_appears_by_itself(token):
    found = claims(token())

    assert {"user_metadata", "app_metadata"}.isdisjoint(found)


def test_a_client_of_auth0s_first_years_also_gets_the_profile_and_user_metadata(token, jane, app):
    given = token(scope="openid")
    Client.objects.filter(pk=app.pk).update(oidc_conformant=False)

    found = claims(given)

    assert found["user_metadata"] == {"hobby": "surfing"}
    assert (found["user_id"], found["email"], found["sub"]) == (jane.user_id, jane.email, jane.user_id)
    assert found["identities"][0]["provider"] == "auth0"
    assert "app_metadata" not in found


def test_custom_claims_are_those_of_the_sign_in_and_change_no_other(token, jane, monkeypatch):
    added = {
        "https://app.example/user_metadata": {"hobby": "surfing"},
        "plan": "full",
        **{"sub": "auth0|other", "email": "other@example.com", "scope": "x", "authorization_id": "x"},
    }
    monkeypatch.setattr(hooks, "POST_LOGIN", [lambda _: PostLoginResult(id_token=added)])

    found = claims(token(scope="openid"))

    assert found == {
        "sub": jane.user_id,
        "https://app.example/user_metadata": {"hobby": "surfing"},
        "plan": "full",
    }


def test_a_claim_of_a_scope_that_was_not_granted_is_in_no_id_token(ask, app, verified, monkeypatch):
    monkeypatch.setattr(hooks, "POST_LOGIN", [lambda _: PostLoginResult(id_token={"email": "x@y.example"})])

    answer = ask(scope="openid").json()

    assert "email" not in verified(answer["id_token"], app.client_id)


# Refused at once


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda user: block_user(user, actor=SHELL), id="blocked"),
        pytest.param(lambda user: delete_user(user, actor=SHELL), id="deleted"),
        pytest.param(lambda user: edit_user(user, Edit(password="Plum-Tart-77"), actor=SHELL), id="password"),
        pytest.param(lambda user: Authorization.objects.update(revoked_at=timezone.now()), id="revoked"),
        pytest.param(lambda user: Client.objects.update(is_revoked=True), id="client"),
    ],
)
def test_access_that_has_ended_is_refused_from_the_next_request(token, jane, end):
    given = token()
    assert userinfo(given).status_code == 200

    end(again(jane))

    answer = userinfo(given)
    text = "The access token is invalid, has expired or was revoked."
    assert refused(answer) == (401, "invalid_token", text)
    assert answer["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_without_a_token_the_answer_is_auth0s_text(db):
    answer = userinfo()

    assert (answer.status_code, answer.content, answer["WWW-Authenticate"]) == (
        401,
        b"Unauthorized",
        "Bearer",
    )


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "bearer", "x"])
def test_a_header_without_a_bearer_token_is_none(db, header):
    assert Browser().get("/userinfo", HTTP_AUTHORIZATION=header).status_code == 401


def test_no_other_token_of_ours_opens_it(ask, app, jane, make_client):
    body = ask(audience=..., scope="openid").json()
    of_a_machine = ask(of=make_client("read:users"), grant_type="client_credentials").json()["access_token"]
    stale = sign({"sub": jane.user_id, "aud": f"{ISSUER}userinfo", "scope": "openid"}, lifetime=60)
    expired = sign({"sub": jane.user_id, "aud": f"{ISSUER}userinfo", "authorization_id": "x"}, lifetime=-1)

    for given in (body["id_token"], of_a_machine, stale, expired, "x", "a.b.c", "ä.b.c"):
        assert userinfo(given).status_code == 401
    assert userinfo(body["access_token"]).status_code == 200


def test_a_signature_of_ones_own_opens_nothing(token):
    head, payload, signature = token().split(".")
    none = "eyJhbGciOiJub25lIn0"

    for forged in (
        f"{head}.{payload}.{signature[:-4]}AAAA",
        f"{none}.{payload}.",
        f"{none}.{payload}.{signature}",
    ):
        assert userinfo(forged).status_code == 401


def test_a_token_of_an_account_that_was_linked_since_is_refused(token, jane, stranger):
    given = token()
    link(stranger, again(jane), actor=SHELL)

    assert userinfo(given).status_code == 401


# Around it


def test_it_says_how_many_calls_are_left_and_refuses_beyond(token, settings):
    given = token()
    settings.API_RATE_LIMIT = 3
    answers = [userinfo(given) for _ in range(8)]

    assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= {
        name.lower() for name in answers[0].headers
    }
    # Any of them may be the first of a second.
    over = next(answer for answer in answers if answer.status_code == 429)
    assert refused(over)[:2] == (429, "too_many_requests")


def test_it_takes_one_query_and_is_not_to_be_stored(token, django_assert_num_queries):
    given = token()
    userinfo(given)

    with django_assert_num_queries(1):
        answer = userinfo(given)
    assert answer["Cache-Control"] == "no-store"


def test_another_method_is_refused(db):
    answer = Browser().put("/userinfo")

    assert (refused(answer)[:2], answer["Allow"]) == ((405, "method_not_allowed"), "GET, HEAD, POST")


def test_a_page_of_the_client_may_read_it(token, app):
    Client.objects.filter(pk=app.pk).update(allowed_origins=["https://shop.example.com"])

    for path, allowed in (("/userinfo", True), ("/oauth/revoke", True), ("/userinfo/x", False)):
        answer = Browser().options(
            path, HTTP_ORIGIN="https://shop.example.com", HTTP_ACCESS_CONTROL_REQUEST_METHOD="GET"
        )
        assert ("Access-Control-Allow-Origin" in answer) is allowed


def test_the_authorization_of_a_code_flow_opens_it_as_well(app, jane):
    given = issue_user_token(jane, app, ["openid"], server=ResourceServer.objects.management())

    assert claims(given)["sub"] == jane.user_id
    Authorization.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert claims(given)["sub"] == jane.user_id  # the token itself says how long it lives
