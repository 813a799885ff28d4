"""`GET /.well-known/openid-configuration` is true."""

from __future__ import annotations

import pytest

from tests.oauth.answers import ISSUER, token_of
from tests.oauth.sign_in_browser import authorize, sign_in

ADDRESS = "/.well-known/openid-configuration"


@pytest.fixture
def document(browser, app):
    return browser().get(ADDRESS).json()


def test_its_addresses_are_ours_and_there(document, browser):
    assert document["issuer"] == ISSUER
    found = {"jwks_uri": 200, "token_endpoint": 405, "revocation_endpoint": 405, "userinfo_endpoint": 401}
    found |= {"authorization_endpoint": 400, "end_session_endpoint": 200}
    for name, status in found.items():
        assert document[name].startswith(ISSUER)
        assert browser().get("/" + document[name].removeprefix(ISSUER)).status_code == status


def test_every_grant_it_names_is_taken(document, ask):
    for grant_type in set(document["grant_types_supported"]) - {"implicit"}:
        assert ask(grant_type=grant_type).json().get("error") != "unsupported_grant_type"
    assert {"password", "client_credentials", "refresh_token"} <= set(document["grant_types_supported"])


def test_an_id_token_holds_claims_that_it_names(document, ask, app, verified):
    answer = ask(scope=" ".join(document["scopes_supported"]))

    assert token_of(answer)
    assert verified(answer.json()["id_token"], app.client_id).keys() <= set(document["claims_supported"])


def test_every_response_type_and_mode_it_names_is_taken(document, browser, spa, jane):
    window = browser()
    sign_in(window, spa, jane)
    for response_type in document["response_types_supported"]:
        for mode in set(document["response_modes_supported"]) - {"query"}:
            given = {"response_type": response_type, "response_mode": mode, "nonce": "n", "prompt": "none"}
            response = authorize(window, spa, **given)
            assert b"error" not in response.content
            assert "error" not in response.get("Location", "")
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["request_uri_parameter_supported"] is False


def test_anybody_may_read_it_from_anywhere(browser, db):
    answer = browser().get(ADDRESS, HTTP_ORIGIN="https://elsewhere.example")

    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cache-Control"] == "public, max-age=300"
    assert browser().post(ADDRESS, {}).status_code == 405
