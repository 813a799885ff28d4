"""`GET /.well-known/jwks.json`."""

from __future__ import annotations

import jwt
import pytest

from users.models import SigningKey
from users.tokens.keys import create_key

ADDRESS = "/.well-known/jwks.json"


@pytest.fixture(autouse=True)
def _one_key():
    """Each is its own."""


@pytest.fixture
def keys(browser, db):
    def ask():
        return browser().get(ADDRESS).json()["keys"]

    return ask


def test_the_first_visitor_finds_the_key_that_will_sign(keys, api):
    [key] = keys()

    assert jwt.get_unverified_header(api().token)["kid"] == key["kid"]
    assert keys() == [key]


def test_a_key_is_public_and_says_what_it_is_for(keys):
    [key] = keys()

    assert key.keys() == {"kty", "n", "e", "kid", "use", "alg"}
    assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")


def test_older_keys_stay_published(keys):
    older, newer = create_key(), create_key()

    assert [key["kid"] for key in keys()] == [newer.kid, older.kid]


def test_anybody_may_read_them_from_anywhere(browser, db):
    response = browser().get(ADDRESS, HTTP_ORIGIN="https://elsewhere.example")

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "public, max-age=300"


def test_nobody_may_write_them(browser, db):
    assert browser().post(ADDRESS, {}).status_code == 405


def test_the_private_half_is_encrypted_at_rest(keys):
    keys()

    stored = SigningKey.objects.get()
    assert "PRIVATE KEY" not in stored.private_encrypted
    assert stored.public_jwk.keys().isdisjoint({"d", "p", "q", "dp", "dq", "qi"})
