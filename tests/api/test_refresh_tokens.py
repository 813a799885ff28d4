"""The refresh tokens of a user, through the API: listed, read, annotated and revoked, never shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.api.answers import USERS, at, problem, shown
from tests.conftest import SHELL
from users.actions.account.block_user import block_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.authorizations.authorizations import create_authorization
from users.models import Authorization, RefreshToken, ResourceServer
from users.representation.timestamps import format_time

PATH = "/api/v2/refresh-tokens"
GONE = (404, "The refresh token does not exist.", "inexistent_refresh_token")


@pytest.fixture
def issue(make_client):
    """A refresh token by which an application acts for the user."""

    def make(user, *, session_id="", **columns) -> RefreshToken:
        authorization = create_authorization(
            *(user, make_client()),
            connection=user.connection,
            server=ResourceServer.objects.management(),
            scope=["openid", "offline_access"],
            methods=["pwd"],
            session_id=session_id,
        )
        given = {"family_hash": authorization.authorization_id.ljust(64, "x"), "is_rotating": True}
        return RefreshToken.objects.create(authorization=authorization, **(given | columns))

    return make


def tokens_of(user) -> str:
    return f"{at(user)}/refresh-tokens"


def test_the_list_says_which_application_may_do_what(shop, jane, issue):
    device = {"initial_ip": "203.0.113.9", "last_user_agent": "Firefox 140"}
    token = issue(jane, session_id="ses_AbCdEfGh12345678", device=device)

    page = shown(shop.get(tokens_of(jane)))

    assert page == {
        "tokens": [
            {
                "id": token.token_id,
                "user_id": jane.user_id,
                "client_id": token.authorization.client.client_id,
                "session_id": "ses_AbCdEfGh12345678",
                "created_at": format_time(token.created_at),
                "expires_at": None,
                "idle_expires_at": None,
                "last_exchanged_at": None,
                "rotating": True,
                "device": device,
                "resource_servers": [
                    {"audience": "http://127.0.0.1:8000/api/v2/", "scopes": "openid offline_access"}
                ],
                "refresh_token_metadata": {},
            }
        ]
    }
    assert shown(shop.get(f"{PATH}/{token.token_id}")) == page["tokens"][0]


def test_it_is_of_one_user_and_goes_from_page_to_page(shop, jane, stranger, issue):
    ours = {issue(jane).token_id for _ in range(3)}
    issue(stranger)

    first = shown(shop.get(f"{tokens_of(jane)}?take=2&include_totals=true"))
    second = shown(shop.get(f"{tokens_of(jane)}?take=2&from={first['next']}"))

    assert (first["total"], "next" in second) == (3, False)
    assert {token["id"] for token in first["tokens"] + second["tokens"]} == ours


def test_a_list_costs_the_same_for_few_and_many(shop, jane, issue, django_assert_num_queries):
    for count in (1, 6):
        for _ in range(count):
            issue(jane)
        shop.get(tokens_of(jane))  # the caller's token is then cached

        with django_assert_num_queries(2):
            shop.get(tokens_of(jane))


@pytest.mark.parametrize("end", ["block", "password", "expiry", "revocation"])
def test_what_has_ended_is_left_out(shop, jane, issue, end):
    token = issue(jane)
    match end:
        case "block":
            block_user(jane, actor=SHELL)
        case "password":
            edit_user(jane, Edit(password="Another-Plum-Tart-78"), actor=SHELL)
        case "expiry":
            RefreshToken.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
        case "revocation":
            Authorization.objects.update(revoked_at=timezone.now())

    assert shown(shop.get(tokens_of(jane))) == {"tokens": []}
    assert problem(shop.get(f"{PATH}/{token.token_id}")) == GONE
    assert problem(shop.patch(f"{PATH}/{token.token_id}", {"refresh_token_metadata": {}})) == GONE


def test_metadata_is_set_and_cleared(shop, jane, issue):
    path = f"{PATH}/{issue(jane).token_id}"

    changed = shown(shop.patch(path, {"refresh_token_metadata": {"till": "4"}}))

    assert changed["refresh_token_metadata"] == {"till": "4"} == RefreshToken.objects.get().metadata
    assert shown(shop.patch(path, {"refresh_token_metadata": None}))["refresh_token_metadata"] == {}


def test_one_is_revoked_with_its_authorization_alone(shop, jane, issue):
    first, second = issue(jane), issue(jane)

    for _ in range(2):  # also where it is gone already
        response = shop.delete(f"{PATH}/{first.token_id}")
        assert (response.status_code, response.content) == (202, b"{}")

    assert Authorization.objects.get(revoked_at=None) == second.authorization


def test_all_of_a_user_are_revoked(shop, jane, stranger, issue):
    for _ in range(2):
        issue(jane)
    theirs = issue(stranger)

    assert shop.delete(tokens_of(jane)).status_code == 202

    assert Authorization.objects.get(revoked_at=None) == theirs.authorization


@pytest.mark.parametrize("of", ["all", "one"])
def test_those_of_staff_are_never_revoked(shop, administrator, issue, of):
    token = issue(administrator)

    response = shop.delete(tokens_of(administrator) if of == "all" else f"{PATH}/{token.token_id}")

    assert problem(response)[::2] == (403, "protected_account")
    assert Authorization.objects.filter(revoked_at=None).exists()


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_of_no_user(shop, db, method):
    response = shop.call(method, f"{USERS}/auth0|nobody/refresh-tokens")

    assert problem(response) == (404, "User not found", "inexistent_user")
