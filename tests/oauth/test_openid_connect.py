"""What OpenID Connect Core requires of `/authorize` and its tokens, beyond what the other modules here show.

The requirements are those that the conformance suite of the OpenID Foundation tests for the profiles Basic,
Implicit, Hybrid and Form Post; `docs/openid-connect.md` names the test of each.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta

import jwt
import pytest
from django.utils import timezone

from tests.oauth.answers import ISSUER, SECRET
from tests.oauth.sign_in_browser import (
    CALLBACK,
    answer_of,
    authorize,
    exchange,
    follow,
    sign_in,
    type_password,
)
from users.actions.account.identities import link
from users.models import Authorization, Session
from users.rights.actor import command_actor
from users.sign_in.session_store import SsoSessionStore
from users.tokens.issue import issue_id_token

HYBRID = ["code id_token", "code token", "code id_token token"]
IMPLICIT = ["id_token", "id_token token", "token"]
PROFILE = {"name", "nickname", "picture", "updated_at"}
EMAIL = {"email", "email_verified"}
UNSIGNED = "eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2V2aWwuZXhhbXBsZSJ9."


@pytest.fixture
def window(browser, spa, jane):
    """A browser in which Jane is signed in."""
    window = browser()
    sign_in(window, spa, jane)
    return window


def tokens(window, client, response) -> dict:
    """What the token endpoint answers to the code that the application has received."""
    answer = exchange(window, client, answer_of(response)["code"])
    assert answer.status_code == 200, answer.content
    return answer.json()


def form_fields(response) -> dict[str, str]:
    """What the form of `response_mode=form_post` sends."""
    html = response.content.decode()
    assert f'action="{CALLBACK}"' in html
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))


def half_hash(text: str) -> str:
    """`at_hash` or `c_hash`, as section 3.1.3.6 describes it."""
    digest = hashlib.sha256(text.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")


def age_session(**span):
    """As if the one user had signed in so long ago."""
    row = Session.objects.get(kind=Session.Kind.SSO, user__isnull=False)
    data = SsoSessionStore().decode(row.session_data)
    data["sign_in"]["at"] = (timezone.now() - timedelta(**span)).isoformat()
    Session.objects.update(session_data=SsoSessionStore().encode(data))


# --- ID tokens ----------------------------------------------------------------------------------


def test_an_id_token_says_who_issued_it_for_whom_and_until_when(browser, window, spa, jane):
    token = tokens(window, spa, authorize(window, spa, prompt="none"))["id_token"]

    header, claims = jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})
    published = [key["kid"] for key in browser().get("/.well-known/jwks.json").json()["keys"]]
    assert header == {"alg": "RS256", "typ": "JWT", "kid": header["kid"]}
    assert header["kid"] in published
    assert (claims["iss"], claims["sub"], claims["aud"]) == (ISSUER, jane.user_id, spa.client_id)
    assert claims["iat"] <= timezone.now().timestamp() < claims["exp"]
    assert len(claims["sub"]) <= 255


@pytest.mark.parametrize("response_type", HYBRID + IMPLICIT)
@pytest.mark.parametrize("mode", ["fragment", "form_post"])
def test_the_answer_has_the_parts_of_its_response_type(window, spa, jane, verified, response_type, mode):
    response = authorize(window, spa, response_type=response_type, response_mode=mode, nonce="n-1")

    answer = answer_of(response) if mode == "fragment" else form_fields(response)
    words = set(response_type.split())
    of_token = {"access_token", "token_type", "expires_in", "scope"} if "token" in words else set()
    assert answer.keys() == {"state"} | (words - {"token"}) | of_token
    if "id_token" in words:
        claims = verified(answer["id_token"], spa.client_id)
        assert (claims["sub"], claims["nonce"]) == (jane.user_id, "n-1")
        for name, bound in (("at_hash", "access_token"), ("c_hash", "code")):
            assert claims.get(name) == (half_hash(answer[bound]) if bound in answer else None)
    if "code" in words:
        later = verified(exchange(window, spa, answer["code"]).json()["id_token"], spa.client_id)
        assert (later["iss"], later["sub"], later["nonce"]) == (ISSUER, jane.user_id, "n-1")
    elif "token" in words:
        access = {"HTTP_AUTHORIZATION": f"Bearer {answer['access_token']}"}
        assert window.get("/userinfo", **access).json()["sub"] == jane.user_id


@pytest.mark.parametrize(
    "response_type", ["id_token", "id_token token", "code id_token", "code id_token token"]
)
def test_an_id_token_of_authorize_needs_a_nonce_and_the_scope_openid(window, spa, response_type):
    for changed in ({"nonce": ...}, {"nonce": ""}, {"nonce": "n", "scope": "email"}):
        answer = answer_of(authorize(window, spa, response_type=response_type, **changed))
        assert (answer["error"], answer["state"]) == ("invalid_request", "s-1")


def test_a_code_needs_no_nonce(window, spa):
    assert "code" in answer_of(authorize(window, spa))
    assert {"code", "access_token"} <= answer_of(authorize(window, spa, response_type="code token")).keys()


def test_a_form_carries_a_code_and_an_error(browser, window, spa):
    assert form_fields(authorize(window, spa, response_mode="form_post")).keys() == {"code", "state"}

    refused = form_fields(authorize(browser(), spa, response_mode="form_post", prompt="none"))

    assert (refused["error"], refused["state"]) == ("login_required", "s-1")


@pytest.mark.parametrize("by_header", [True, False])
def test_a_confidential_client_authenticates_by_header_or_form(browser, web, jane, by_header):
    code = answer_of(sign_in(browser(), web, jane))["code"]
    basic = base64.b64encode(f"{web.client_id}:{SECRET}".encode()).decode()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    form |= {"code_verifier": "v" * 43}
    form |= {} if by_header else {"client_id": web.client_id, "client_secret": SECRET}
    headers = {"Authorization": f"Basic {basic}"} if by_header else {}

    answer = browser().post("/oauth/token", form, headers=headers)

    assert (answer.status_code, answer.json()["token_type"]) == (200, "Bearer")


# --- Scopes and optional parameters -------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        ("openid", set()),
        ("openid profile", PROFILE),
        ("openid email", EMAIL),
        ("email openid", EMAIL),
        ("email profile openid", PROFILE | EMAIL),
        # Offered by neither us nor Auth0, so ignored (section 5.4 makes them optional).
        ("openid address phone", set()),
        ("openid profile email address phone", PROFILE | EMAIL),
        ("openid openid unknown:scope", set()),
    ],
)
def test_scopes_open_their_claims_in_any_order(window, spa, jane, verified, scope, claims):
    answer = tokens(window, spa, authorize(window, spa, scope=scope))

    access = {"HTTP_AUTHORIZATION": f"Bearer {answer['access_token']}"}
    info = window.get("/userinfo", **access).json()
    in_token = verified(answer["id_token"], spa.client_id)
    assert info["sub"] == in_token["sub"] == jane.user_id
    assert info.keys() & (PROFILE | EMAIL) == in_token.keys() & (PROFILE | EMAIL) == claims
    assert not {"address", "phone_number"} & info.keys()
    assert set(answer["scope"].split()) <= {"openid", "profile", "email"}


@pytest.mark.parametrize(
    "optional",
    [
        {"display": "page"},
        {"display": "popup"},
        {"ui_locales": "se nonsense de"},
        {"claims_locales": "se"},
        {"login_hint": "jane@example.com"},
        {"acr_values": "1 2"},
        {"claims": '{"userinfo": {"name": {"essential": true}}}'},
        {"claims": "no JSON"},
        {"max_age": "10000"},
        {"max_age": ""},
        {"extra": "foobar", "organization": "org_1", "auth0Client": "e30="},
    ],
    ids=str,
)
def test_optional_and_unknown_parameters_do_no_harm(window, spa, optional):
    assert "code" in answer_of(authorize(window, spa, prompt="none", **optional))


@pytest.mark.parametrize("name", ["request", "request_uri", "registration"])
def test_a_request_object_is_refused_and_changes_nothing(window, spa, name):
    answer = authorize(window, spa, **{name: UNSIGNED})

    assert answer["Location"].startswith(f"{CALLBACK}?")
    assert answer_of(answer)["error"] == f"{name}_not_supported"


def test_no_redirect_uri_is_read_from_a_request_object(window, spa):
    answer = authorize(window, spa, request=UNSIGNED, redirect_uri=...)

    assert (answer.status_code, "Location" in answer) == (400, False)


# --- The age of the sign-in ---------------------------------------------------------------------


def test_a_new_sign_in_has_a_new_time_and_an_old_one_its_own(window, spa, jane, verified):
    age_session(minutes=10)
    [old, same] = [
        verified(tokens(window, spa, authorize(window, spa, **more))["id_token"], spa.client_id)
        for more in ({}, {"max_age": "10000", "prompt": "none"})
    ]
    assert old["auth_time"] == same["auth_time"] < timezone.now().timestamp() - 500

    for asked in ({"max_age": "1"}, {"prompt": "login"}, {"max_age": "0"}):
        age_session(minutes=10)
        page = authorize(window, spa, **asked)
        assert page["Location"].startswith("/u/login?")
        answer = follow(window, type_password(window, page, jane))
        new = verified(tokens(window, spa, answer)["id_token"], spa.client_id)
        assert new["sub"] == old["sub"]
        assert new["auth_time"] > old["auth_time"]


# --- The user whom the application means --------------------------------------------------------


@pytest.fixture
def hint(spa, window):
    """An ID token that the application has of Jane."""
    return tokens(window, spa, authorize(window, spa))["id_token"]


def test_an_id_token_hint_of_the_user_who_is_signed_in_is_answered(window, spa, hint, verified):
    answer = tokens(window, spa, authorize(window, spa, prompt="none", id_token_hint=hint))

    sub = jwt.decode(hint, options={"verify_signature": False})["sub"]
    assert verified(answer["id_token"], spa.client_id)["sub"] == sub


def test_a_hint_of_another_user_asks_for_that_one(browser, spa, jane, hint, make_user):
    other = make_user("bob", password="correct horse battery")
    window = browser()
    typed = {"password": "correct horse battery"}
    follow(window, type_password(window, authorize(window, spa), other, **typed))

    silent = answer_of(authorize(window, spa, prompt="none", id_token_hint=hint))
    assert (silent["error"], silent["state"]) == ("login_required", "s-1")

    page = authorize(window, spa, id_token_hint=hint)
    assert page["Location"].startswith("/u/login?")
    again = type_password(window, page, other, **typed)
    assert answer_of(follow(window, again))["error"] == "login_required"

    page = authorize(window, spa, id_token_hint=hint)
    assert "code" in answer_of(follow(window, type_password(window, page, jane)))


def test_a_hint_may_be_old_and_long_and_of_an_account_that_was_linked_since(
    window, spa, jane, stranger, connection
):
    def hint_of(user, **claims):
        authorization = Authorization(client=spa, user=user, session_id="", methods=["pwd"])
        authorization.authenticated_at = timezone.now()
        spa.id_token_lifetime = 0
        return issue_id_token(authorization, {"sub": user.user_id, **claims})

    old = hint_of(stranger, **{"https://shop.example/list": "x" * 6000})
    link(jane, stranger, actor=command_actor("tests"))

    assert "code" in answer_of(authorize(window, spa, prompt="none", id_token_hint=old))


@pytest.mark.parametrize("forge", [lambda hint: hint[:-4] + "AAAA", lambda hint: "x", lambda hint: "a.b.c"])
def test_a_forged_hint_is_refused(window, spa, hint, forge):
    answer = answer_of(authorize(window, spa, prompt="none", id_token_hint=forge(hint)))

    assert (answer["error"], answer["state"]) == ("invalid_request", "s-1")


def test_a_hint_of_another_client_is_refused(window, web, hint):
    assert answer_of(authorize(window, web, id_token_hint=hint))["error"] == "invalid_request"


# --- Signing out --------------------------------------------------------------------------------


def test_after_signing_out_no_application_gets_an_answer_silently(window, spa, web, hint):
    type(spa).objects.filter(pk=spa.pk).update(allowed_logout_urls=["https://shop.example/"])

    left = window.get(
        "/oidc/logout", {"id_token_hint": hint, "post_logout_redirect_uri": "https://shop.example/"}
    )

    assert left["Location"] == "https://shop.example/"
    for client in (spa, web):
        assert answer_of(authorize(window, client, prompt="none"))["error"] == "login_required"
