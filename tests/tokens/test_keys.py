"""The keys that sign: made on first use, unreadable in the database, old ones still verify."""

from __future__ import annotations

import json
import re

import pytest
from joserfc.jwk import RSAKey

from users.models import SigningKey
from users.tokens.issue import issue_machine_token
from users.tokens.keys import create_key, published_keys, signing_key
from users.tokens.verify import clear_token_caches, verify_access_token

pytestmark = pytest.mark.django_db
ANOTHER_SECRET = "another secret, as long as the one before it: " + "y" * 20


def test_the_first_use_makes_a_key_and_the_next_finds_it():
    assert signing_key().kid == signing_key().kid == SigningKey.objects.get().kid


def test_the_private_half_cannot_be_read_in_the_database():
    key = create_key()

    row = json.dumps(SigningKey.objects.values("kid", "public_jwk", "private_encrypted").get())
    private = key.as_dict(private=True)
    assert "PRIVATE" not in row
    assert not any(private[part] in row for part in ("d", "p", "q", "dp", "dq", "qi"))
    assert not any(line in row for line in key.as_pem(private=True).decode().splitlines())


def test_the_stored_key_is_the_one_that_was_made():
    made = create_key()

    assert signing_key().as_pem(private=True) == made.as_pem(private=True)


def test_a_changed_secret_makes_a_new_key_while_older_tokens_verify(make_client, settings):
    client = make_client("read:users")
    older_token = issue_machine_token(client, ["read:users"])
    older = signing_key()

    settings.SECRET_KEY = ANOTHER_SECRET
    clear_token_caches()

    assert signing_key().kid != older.kid
    assert {
        verify_access_token(token).client_id for token in (older_token, issue_machine_token(client, []))
    } == {client.client_id}
    assert {key["kid"] for key in published_keys()} == {older.kid, signing_key().kid}


def test_the_secret_put_back_brings_its_key_back(settings):
    first = signing_key()
    old_secret = settings.SECRET_KEY
    settings.SECRET_KEY = ANOTHER_SECRET
    signing_key()

    settings.SECRET_KEY = old_secret

    assert signing_key().kid == first.kid


def test_the_newest_key_signs():
    signing_key()

    assert create_key().kid == signing_key().kid


def test_published_keys_hold_no_private_part():
    create_key()

    (published,) = published_keys()
    assert set(published) == {"kty", "n", "e", "kid", "use", "alg"}
    assert (published["kty"], published["use"], published["alg"]) == ("RSA", "sig", "RS256")
    assert not RSAKey.import_key(published).is_private


def test_an_id_of_a_key_can_be_typed_after_an_option():
    assert re.fullmatch("[0-9a-f]{32}", create_key().kid)
