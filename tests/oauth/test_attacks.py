"""Attacks on signing in to applications, across endpoints; `docs/openid-connect.md` lists all of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.contrib.auth.hashers import get_hasher
from django.test import Client as Browser

from tests.conftest import PASSWORD
from tests.oauth.answers import ISSUER, PASSWORD_GRANT, REALM, REALM_GRANT
from tests.oauth.sign_in_browser import (
    CALLBACK,
    answer_of,
    authorize,
    exchange,
    sign_in,
    type_password,
)
from tests.second_factor import enrol
from users.oauth.server import GRANTS
from users.tokens.keys import public_keys

EVIL = "https://evil.example/"


# --- Mix-up and injection -----------------------------------------------------------------------


def test_an_answer_names_its_issuer_where_the_setting_says_so(browser, spa, jane, settings):
    window = browser()
    assert "iss" not in answer_of(sign_in(window, spa, jane))

    settings.AUTHORIZATION_RESPONSE_ISS = True

    for changed in ({}, {"prompt": "banana"}, {"response_type": "id_token", "nonce": "n"}):
        assert answer_of(authorize(window, spa, **changed))["iss"] == ISSUER
    document = browser().get("/.well-known/openid-configuration").json()
    assert document["authorization_response_iss_parameter_supported"] is True


def test_a_code_that_is_injected_into_another_sign_in_is_worth_nothing(browser, spa, jane, make_user):
    stolen = answer_of(sign_in(browser(), spa, jane))["code"]

    # The verifier of the attacker's own sign-in.
    answer = exchange(browser(), spa, stolen, code_verifier="a" * 43)

    assert (answer.status_code, answer.json()["error"]) == (403, "invalid_grant")
    assert exchange(browser(), spa, stolen).status_code == 403


# --- Redirects ----------------------------------------------------------------------------------

URL_PARAMETERS = (
    *("next", "returnTo", "return_to", "redirect_uri", "post_logout_redirect_uri", "result_url", "continue"),
    *("target_link_uri", "initiate_login_uri", "login_hint", "request_uri", "state", "url"),
)


@pytest.mark.parametrize(
    "path", ["/login/", "/password/reset/", "/v2/logout", "/oidc/logout", "/authorize/resume"]
)
@pytest.mark.parametrize("url", [EVIL, "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_no_url_in_the_query_leads_elsewhere(spa, jane, path, url):
    """As a link, and as the form that the page has."""
    window = Browser()
    sign_in(window, spa, jane)
    for name in URL_PARAMETERS:
        answers = [window.get(path, {name: url})]
        if path == "/login/":
            form = {"login": jane.email, "password": PASSWORD, name: url}
            answers.append(Browser().post(f"{path}?{urlencode({name: url})}", form))
        for answer in answers:
            assert urlsplit(answer.get("Location", "")).netloc in ("", "testserver")
            assert "evil" not in answer.get("Location", "").partition("?")[0]
            assert f'url={url}"' not in answer.content.decode()


def test_hosted_pages_go_on_to_the_registered_address_alone(browser, spa, jane):
    window = browser()
    page = authorize(window, spa)
    more = {name: EVIL for name in URL_PARAMETERS if name != "state"}

    signed_in = window.post(
        f"{page['Location']}&{urlencode(more)}", {"login": jane.email, "password": PASSWORD, **more}
    )

    assert signed_in.status_code == 200
    assert "evil.example" not in signed_in.content.decode()


# --- Tokens that are not ours -------------------------------------------------------------------


def forgeries(good: str) -> dict[str, str]:
    """The claims of a good token under headers that a careless verifier believes."""
    claims = jwt.decode(good, options={"verify_signature": False})
    key = public_keys().keys[0]
    pem = key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    own = {"kty": "oct", "k": base64.urlsafe_b64encode(b"x" * 32).decode()}

    def by_hand(header: dict, signature: str = "") -> str:
        parts = (json.dumps(part).encode() for part in (header, claims))
        return (
            ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + f".{signature}"
        )

    def by_hmac(secret: bytes, **header: object) -> str:
        head = by_hand({"alg": "HS256", "typ": "JWT", **header}).rpartition(".")[0]
        digest = hmac.new(secret, head.encode(), hashlib.sha256).digest()
        return f"{head}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"

    rs256 = {"alg": "RS256", "typ": "JWT"}
    signature = good.rpartition(".")[2]
    return {
        "none": by_hand({"alg": "none"}),
        "None": by_hand({"alg": "None"}, signature),
        "HS256 with the public key": by_hmac(pem, kid=key.kid),
        "HS256 with an own key": by_hmac(b"x" * 32, jwk=own),
        "kid a path": by_hmac(b"", kid="../../../../dev/null"),
        "kid SQL": by_hand({**rs256, "kid": "' OR 1=1 --"}, signature),
        "jku": by_hand({**rs256, "kid": key.kid, "jku": EVIL}, signature),
        "x5u": by_hand({**rs256, "kid": key.kid, "x5u": EVIL}, signature),
        "critical": by_hand({**rs256, "kid": key.kid, "crit": ["x"], "x": 1}, signature),
        "no header": by_hand({}, signature),
    }


FORGERIES = (
    *("none", "None", "HS256 with the public key", "HS256 with an own key", "kid a path", "kid SQL"),
    *("jku", "x5u", "critical", "no header"),
)


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forged_token_is_neither_an_access_token_nor_a_hint(browser, spa, jane, kind):
    window = browser()
    tokens = exchange(window, spa, answer_of(sign_in(window, spa, jane))["code"]).json()
    access, hint = (forgeries(tokens[name])[kind] for name in ("access_token", "id_token"))

    assert window.get("/userinfo", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 401
    assert window.get("/api/v2/users/x", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 401
    refused = answer_of(authorize(window, spa, prompt="none", id_token_hint=hint))
    assert refused["error"] == "invalid_request"
    assert window.get("/oidc/logout", {"id_token_hint": hint}).status_code == 400
    # The good ones are.
    assert window.get("/userinfo", HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}").status_code == 200


def test_an_id_token_is_no_access_token(browser, spa, jane):
    window = browser()
    token = exchange(window, spa, answer_of(sign_in(window, spa, jane))["code"]).json()["id_token"]

    for path in ("/userinfo", "/mfa/authenticators", f"/api/v2/users/{jane.user_id}"):
        assert window.get(path, HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 401


# --- Second factor ------------------------------------------------------------------------------

# How each grant treats a user who has a second factor: those that sign a user in by an earlier proof ask
# for it, the others have no user, or follow a page that has asked.
ASKS = {PASSWORD_GRANT, REALM_GRANT, "refresh_token"}
GIVES = {"http://auth0.com/oauth/grant-type/mfa-otp", "http://auth0.com/oauth/grant-type/mfa-recovery-code"}
WITHOUT_A_USER, AFTER_THE_PAGE = {"client_credentials"}, {"authorization_code"}


def test_every_grant_is_known_here():
    known = ASKS | GIVES | WITHOUT_A_USER | AFTER_THE_PAGE

    assert {grant.GRANT_TYPE for grant in GRANTS} == known


@pytest.mark.parametrize("grant_type", [PASSWORD_GRANT, REALM_GRANT])
def test_a_password_alone_brings_no_token(ask, jane, grant_type):
    enrol(jane)

    answer = ask(grant_type=grant_type, realm=REALM, audience=..., scope="openid offline_access")

    assert (answer.status_code, answer.json()["error"]) == (403, "mfa_required")
    assert not {"access_token", "id_token", "refresh_token", "code"} & answer.json().keys()


@pytest.mark.parametrize("response_type", ["code", "id_token token", "code id_token"])
def test_no_request_brings_an_answer_without_the_factor(browser, spa, jane, response_type):
    enrol(jane)
    window = browser()
    page = type_password(window, authorize(window, spa, response_type=response_type, nonce="n"), jane)
    assert page["Location"].startswith("/u/second-factor?")

    state = page["Location"].partition("state=")[2]
    for path in ("/authorize/resume", "/u/continue", "/u/consent"):
        answer = window.get(f"{path}?state={state}")
        assert CALLBACK not in answer.get("Location", "")
    silent = answer_of(authorize(window, spa, response_type=response_type, nonce="n", prompt="none"))
    assert silent["error"] == "login_required"
    assert not {"code", "id_token", "access_token"} & silent.keys()


# --- Time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["grant", "page"])
def test_an_unknown_login_costs_as_much_hashing_as_a_wrong_password(
    browser, spa, jane, ask, monkeypatch, way
):
    hashed = []
    hasher = type(get_hasher())
    encode, verify = hasher.encode, hasher.verify

    def noted(function):
        def call(*given, **more):
            hashed.append(function.__name__)
            return function(*given, **more)

        return call

    monkeypatch.setattr(hasher, "encode", noted(encode))
    monkeypatch.setattr(hasher, "verify", noted(verify))

    def attempt(login: str) -> int:
        hashed.clear()
        if way == "grant":
            assert ask(username=login, password="wrong").status_code == 403
        else:
            window = browser()
            page = authorize(window, spa)
            assert window.post(page["Location"], {"login": login, "password": "wrong"}).status_code == 422
        return len(hashed)

    assert attempt("nobody@example.com") >= 1
    # `verify` encodes as well, so that it may be counted twice.
    assert attempt(jane.email) - attempt("nobody@example.com") in (0, 1)


# --- Login CSRF ---------------------------------------------------------------------------------


def test_no_one_is_signed_in_as_the_attacker_by_a_link_or_a_form(browser, spa, jane, make_user):
    attacker, victim = browser(), browser()
    page = authorize(attacker, spa)
    type_password(attacker, page, jane)
    state = page["Location"].partition("state=")[2]

    for path in ("/u/login", "/u/continue", "/u/consent", "/u/second-factor", "/authorize/resume"):
        for answer in (
            victim.get(f"{path}?state={state}"),
            victim.post(
                f"{path}?state={state}",
                {
                    "login": jane.email,
                    "password": PASSWORD,
                },
            ),
        ):
            assert answer.status_code in (400, 403, 405)
    assert answer_of(authorize(victim, spa, prompt="none"))["error"] == "login_required"
