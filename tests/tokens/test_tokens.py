"""Tokens: made here, judged here, and judged the same by a library that is not ours."""

from __future__ import annotations

import base64
import json
import time
from types import SimpleNamespace

import jwt as other_library
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws

from tests.metadata.values import with_database
from users.caching import ttl_cache
from users.models import Client
from users.tokens.issue import LIFETIME, issue_machine_token
from users.tokens.keys import create_key, published_keys, signing_key
from users.tokens.verify import (
    CACHE_SECONDS,
    BadSignature,
    ExpiredToken,
    InvalidClaims,
    InvalidToken,
    MachineCaller,
    MalformedToken,
    clear_token_caches,
    verify_access_token,
)

ISSUER = "http://127.0.0.1:8000/"
AUDIENCE = "http://127.0.0.1:8000/api/v2/"


@pytest.fixture(autouse=True)
def _address(settings):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"


@pytest.fixture
def shop(make_client):
    return make_client("read:users", "update:users")


@pytest.fixture
def token(shop):
    return issue_machine_token(shop, ["read:users", "update:users"])


@pytest.fixture
def sign(shop):
    """A token of ours with some claims or headers made different; None leaves a claim out."""

    def make(headers=(), key=None, **claims):
        now = int(time.time())
        good = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": f"{shop.client_id}@clients",
            "azp": shop.client_id,
            "iat": now,
            "exp": now + 60,
            "scope": "read:users",
        }
        payload = {name: value for name, value in (good | claims).items() if value is not None}
        key = key or signing_key()
        header = {"alg": "RS256", "kid": signing_key().kid, **dict(headers)}
        return jws.serialize_compact(header, json.dumps(payload), key)

    return make


def encoded(part):
    text = part if isinstance(part, str) else json.dumps(part)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def parts_of(token):
    return token.split(".")


# Issued and verified


def test_a_token_made_here_verifies_here(shop, token):
    assert verify_access_token(token) == MachineCaller(
        shop.client_id, "Shop", frozenset({"read:users", "update:users"})
    )


def test_a_token_made_by_hand_verifies_so_that_the_refusals_below_mean_something(shop, sign):
    assert verify_access_token(sign()).client_id == shop.client_id


def test_an_independent_library_verifies_it_by_the_published_keys(shop, token):
    keys = other_library.PyJWKSet.from_dict({"keys": published_keys()})

    key = keys[other_library.get_unverified_header(token)["kid"]]
    claims = other_library.decode(token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER)

    assert other_library.get_unverified_header(token) == {"alg": "RS256", "typ": "JWT", "kid": key.key_id}
    assert claims.pop("exp") - claims.pop("iat") == LIFETIME == 86_400
    assert claims == {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": f"{shop.client_id}@clients",
        "azp": shop.client_id,
        "scope": "read:users update:users",
        "gty": "client-credentials",
    }


def test_an_audience_may_stand_in_a_list(sign):
    verify_access_token(sign(aud=[AUDIENCE, "https://elsewhere.example/"]))


def test_a_token_holds_no_more_than_its_scopes(shop):
    assert verify_access_token(issue_machine_token(shop, ["read:users"])).scopes == {"read:users"}


def test_a_token_holds_no_scope_that_its_client_lacks(shop):
    assert verify_access_token(issue_machine_token(shop, ["read:users", "delete:users"])).scopes == {
        "read:users"
    }


@pytest.mark.parametrize("scope", [None, "", ["read:users"], {"read:users": 1}, 7, True])
def test_scopes_that_are_no_text_are_none(sign, scope):
    assert verify_access_token(sign(scope=scope)).scopes == frozenset()


# Refused


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("token", id="a word"),
        pytest.param("a.b", id="two parts"),
        pytest.param("a.b.c", id="three parts of nothing"),
        pytest.param("a.b.c.d.e", id="five parts"),
        pytest.param("..", id="three empty parts"),
        pytest.param("é.é.é", id="not ASCII"),
        pytest.param("\ud800.a.b", id="not even unicode"),
        pytest.param("\0.\0.\0", id="NUL"),
        pytest.param(f"{'a' * 20_000}.b.c", id="far too long"),
    ],
)
def test_what_is_no_token_is_malformed(token, text):
    verify_access_token(token)

    with pytest.raises(MalformedToken):
        verify_access_token(text)


@pytest.mark.parametrize(
    ("claims", "refusal"),
    [
        pytest.param({"exp": 1}, ExpiredToken, id="expired long ago"),
        pytest.param({"exp": int(time.time()) - 1}, ExpiredToken, id="expired just now"),
        pytest.param({"exp": None}, InvalidClaims, id="without an end"),
        pytest.param({"exp": "tomorrow"}, InvalidClaims, id="an end that is no time"),
        pytest.param({"iat": 9_999_999_999}, InvalidClaims, id="made in the future"),
        pytest.param({"nbf": 9_999_999_999}, InvalidClaims, id="good in the future"),
        pytest.param({"aud": "http://127.0.0.1:8000/"}, InvalidClaims, id="another audience"),
        pytest.param({"aud": ["https://elsewhere.example/"]}, InvalidClaims, id="other audiences"),
        pytest.param({"aud": None}, InvalidClaims, id="no audience"),
        pytest.param({"iss": "https://elsewhere.example/"}, InvalidClaims, id="another issuer"),
        pytest.param({"iss": "http://127.0.0.1:8000"}, InvalidClaims, id="the issuer without its slash"),
        pytest.param({"iss": None}, InvalidClaims, id="no issuer"),
        pytest.param({"sub": "auth0|jane"}, InvalidClaims, id="a person for a machine"),
        pytest.param({"sub": None}, InvalidClaims, id="no subject"),
        pytest.param({"azp": None}, InvalidClaims, id="no client"),
        pytest.param({"azp": ["a"], "sub": "['a']@clients"}, InvalidClaims, id="a client that is no text"),
        pytest.param({"azp": "nobody", "sub": "nobody@clients"}, InvalidClaims, id="no such client"),
    ],
)
def test_well_signed_is_not_enough(sign, claims, refusal):
    with pytest.raises(refusal):
        verify_access_token(sign(**claims))


@pytest.mark.parametrize("payload", ["[]", "1", "null", '"x"', "no JSON", ""])
def test_well_signed_claims_that_are_no_object_are_refused(shop, payload):
    key = signing_key()

    with pytest.raises(InvalidToken):
        verify_access_token(jws.serialize_compact({"alg": "RS256", "kid": key.kid}, payload, key))


def test_a_token_of_another_address_is_refused(shop, settings):
    settings.PUBLIC_URL = "https://desk.example.com"
    foreign = issue_machine_token(shop, ["read:users"])
    settings.PUBLIC_URL = "http://127.0.0.1:8000"

    with pytest.raises(InvalidClaims):
        verify_access_token(foreign)


def test_a_signature_of_another_key_is_refused(sign):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = stranger.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    claims = json.loads(base64.urlsafe_b64decode(parts_of(sign())[1] + "=="))

    for kid in (signing_key().kid, "theirs"):
        with pytest.raises(BadSignature):
            verify_access_token(other_library.encode(claims, pem, algorithm="RS256", headers={"kid": kid}))


@pytest.mark.parametrize("part", [0, 1, 2])
def test_an_altered_token_is_refused(token, part):
    parts = parts_of(token)
    middle = len(parts[part]) // 2
    parts[part] = (
        parts[part][:middle] + ("A" if parts[part][middle] != "A" else "B") + parts[part][middle + 1 :]
    )

    with pytest.raises(InvalidToken):
        verify_access_token(".".join(parts))


def test_claims_with_another_tokens_signature_are_refused(shop, token):
    header, claims, _ = parts_of(issue_machine_token(shop, ["read:users"]))

    with pytest.raises(BadSignature):
        verify_access_token(f"{header}.{claims}.{parts_of(token)[2]}")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
@pytest.mark.parametrize("signature", ["", "its own"])
def test_a_token_that_says_it_needs_no_signature_is_refused(token, algorithm, signature):
    _, claims, own = parts_of(token)
    header = encoded({"alg": algorithm, "typ": "JWT", "kid": signing_key().kid})

    with pytest.raises(InvalidToken):
        verify_access_token(f"{header}.{claims}.{own if signature else ''}")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused(token, algorithm):
    claims = parts_of(token)[1]
    header = encoded({"alg": algorithm, "typ": "JWT", "kid": signing_key().kid})
    secrets = [signing_key().as_pem(private=False), json.dumps(published_keys()[0]).encode()]

    for secret in secrets:
        # Signed by hand, since libraries refuse to.
        signer = other_library.get_algorithm_by_name(algorithm)
        signature = signer.sign(f"{header}.{claims}".encode(), secret)
        forged = f"{header}.{claims}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
        with pytest.raises(BadSignature):
            verify_access_token(forged)


def test_another_algorithm_of_the_same_key_is_refused(sign):
    key = signing_key()
    pem = key.as_pem(private=True)
    claims = json.loads(base64.urlsafe_b64decode(parts_of(sign())[1] + "=="))

    with pytest.raises(BadSignature):
        verify_access_token(other_library.encode(claims, pem, algorithm="RS512", headers={"kid": key.kid}))


@pytest.mark.parametrize(
    "header",
    [
        pytest.param([], id="a list"),
        pytest.param(None, id="null"),
        pytest.param({}, id="empty"),
        pytest.param({"alg": 1}, id="an algorithm that is a number"),
        pytest.param({"alg": ["RS256"]}, id="an algorithm that is a list"),
        pytest.param({"alg": "RS256", "kid": 1}, id="a key id that is a number"),
        pytest.param({"alg": "RS256", "kid": {"a": 1}}, id="a key id that is an object"),
        pytest.param({"alg": "RS256", "crit": ["x"]}, id="a critical extension"),
        pytest.param({"alg": "RS256", "crit": 1}, id="critical extensions that are a number"),
        pytest.param({"alg": "RS256", "crit": None}, id="critical extensions that are null"),
        pytest.param({"alg": "RS256", "b64": False, "crit": ["b64"]}, id="a bare payload"),
        pytest.param({"alg": "RS256", "jwk": {"kty": "oct", "k": "AAAA"}}, id="a key of its own"),
        pytest.param('{"alg":' * 900 + "1" + "}" * 900, id="deep nesting"),
    ],
)
def test_an_odd_header_is_refused_like_any_other(token, header):
    _, claims, signature = parts_of(token)

    with pytest.raises(InvalidToken):
        verify_access_token(f"{encoded(header)}.{claims}.{signature}")


@with_database
@given(
    header=st.dictionaries(
        st.sampled_from(
            ["alg", "kid", "typ", "crit", "b64", "jwk", "jku", "x5c", "x5u", "cty", "zip", "enc"]
        ),
        st.sampled_from(["RS256", "none", 1, None, True, [], ["exp"], ["b64"], {}, {"a": []}, ""]),
    ),
    claims=st.sampled_from(["e30", "", "!", "bnVsbA", None]),
)
def test_no_header_gets_an_unsigned_token_past_the_judge_or_breaks_it(token, header, claims):
    _, good, signature = parts_of(token)

    with pytest.raises(InvalidToken):
        verify_access_token(f"{encoded(header)}.{good if claims is None else claims}.{signature}")


# What changes while tokens live


def test_a_revoked_client_is_refused_once_forgotten(shop, token):
    verify_access_token(token)

    Client.objects.update(is_revoked=True)
    clear_token_caches()

    with pytest.raises(InvalidClaims):
        verify_access_token(token)


def test_a_narrowed_grant_narrows_its_tokens_once_forgotten(shop, token):
    verify_access_token(token)

    shop.grants.update(scope=["update:users"])
    clear_token_caches()

    assert verify_access_token(token).scopes == {"update:users"}


@pytest.mark.parametrize(
    "take", [lambda shop: shop.grants.all().delete(), lambda shop: shop.delete()], ids=["grant", "client"]
)
def test_a_client_without_a_grant_or_that_is_no_more_is_refused_once_forgotten(shop, token, take):
    verify_access_token(token)

    take(shop)
    clear_token_caches()

    with pytest.raises(InvalidClaims):
        verify_access_token(token)


def test_a_revoked_client_is_refused_in_every_worker_within_thirty_seconds(shop, token, monkeypatch):
    verify_access_token(token)
    Client.objects.update(is_revoked=True)

    later = time.monotonic() + 30
    monkeypatch.setattr(ttl_cache, "time", SimpleNamespace(monotonic=lambda: later))

    assert CACHE_SECONDS <= 30
    with pytest.raises(InvalidClaims):
        verify_access_token(token)


def test_a_key_that_another_worker_made_is_found_at_once(shop, token):
    verify_access_token(token)
    create_key()

    assert verify_access_token(issue_machine_token(shop, ["read:users"])).client_id == shop.client_id


def test_once_known_a_client_costs_no_query(token, django_assert_num_queries):
    verify_access_token(token)

    with django_assert_num_queries(0):
        for _ in range(3):
            verify_access_token(token)
