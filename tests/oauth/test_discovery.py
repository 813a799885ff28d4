"""`GET /.well-known/openid-configuration` is true."""

from __future__ import annotations

import pytest

from tests.oauth.answers import ISSUER, token_of

ADDRESS = "/.well-known/openid-configuration"


@pytest.fixture
def document(browser, app):
    return browser().get(ADDRESS).json()


def test_its_addresses_are_ours_and_there(document, browser):
    assert document["issuer"] == ISSUER
    found = {"jwks_uri": 200, "token_endpoint": 405, "revocation_endpoint": 405, "userinfo_endpoint": 401}
    for name, status in found.items():
        assert document[name].startswith(ISSUER)
        assert browser().get("/" + document[name].removeprefix(ISSUER)).status_code == status


def test_every_grant_it_names_is_taken(document, ask):
    for grant_type in document["grant_types_supported"]:
        assert ask(grant_type=grant_type).json().get("error") != "unsupported_grant_type"
    assert {"password", "client_credentials", "refresh_token"} <= set(document["grant_types_supported"])


def test_an_id_token_holds_claims_that_it_names(document, ask, app, verified):
    answer = ask(scope=" ".join(document["scopes_supported"]))

    assert token_of(answer)
    assert verified(answer.json()["id_token"], app.client_id).keys() <= set(document["claims_supported"])


def test_it_names_nothing_that_is_not_there(document):
    assert document["response_types_supported"] == []
    absent = {"authorization_endpoint", "end_session_endpoint"}
    assert absent.isdisjoint(document)


def test_anybody_may_read_it_from_anywhere(browser, db):
    answer = browser().get(ADDRESS, HTTP_ORIGIN="https://elsewhere.example")

    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cache-Control"] == "public, max-age=300"
    assert browser().post(ADDRESS, {}).status_code == 405
