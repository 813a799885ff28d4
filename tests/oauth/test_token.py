"""`POST /oauth/token` by client credentials, as a client's developer meets it."""

from __future__ import annotations

import base64
import json
import logging
from urllib.parse import urlencode

import jwt
import pytest

from users.models import Client, ClientGrant

SECRET = "s3cret"
ISSUER = "http://127.0.0.1:8000/"
AUDIENCE = "http://127.0.0.1:8000/api/v2/"


@pytest.fixture(autouse=True)
def _address(settings):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"


@pytest.fixture
def shop(make_client):
    return make_client("read:users", "update:users")


@pytest.fixture
def ask(browser, shop):
    """Asks for a token with the shop's credentials; `...` leaves a parameter out."""

    def post(**changed):
        good = {
            "grant_type": "client_credentials",
            "client_id": shop.client_id,
            "client_secret": SECRET,
            "audience": AUDIENCE,
        }
        body = {name: value for name, value in (good | changed).items() if value is not ...}
        return browser().post("/oauth/token", json.dumps(body), content_type="application/json")

    return post


@pytest.fixture
def ask_by_header(browser):
    """Asks with this Authorization header and no credentials in the body."""

    def post(header, **headers):
        body = urlencode({"grant_type": "client_credentials", "audience": AUDIENCE})
        return browser().post(
            "/oauth/token", body, content_type="application/x-www-form-urlencoded", HTTP_AUTHORIZATION=header
        )

    return post


def basic(client_id, secret=SECRET):
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def refused(response):
    """Status, error and description of an answer that must be an OAuth error and nothing more."""
    body = json.loads(response.content)
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert body.keys() == {"error", "error_description"}
    return response.status_code, body["error"], body["error_description"]


# Tokens


def test_a_token_is_not_to_be_stored_and_says_what_it_is(ask):
    response = ask()

    body = json.loads(response.content)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert body.pop("access_token").count(".") == 2
    assert body == {"scope": "read:users update:users", "expires_in": 86_400, "token_type": "Bearer"}


def test_a_third_party_verifies_it_by_the_published_keys(ask, browser, shop):
    token = ask().json()["access_token"]
    keys = jwt.PyJWKSet.from_dict(browser().get("/.well-known/jwks.json").json())

    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, keys[header["kid"]], algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER)

    assert (header["alg"], header["typ"]) == ("RS256", "JWT")
    assert claims.pop("exp") - claims.pop("iat") == 86_400
    assert claims == {
        "iss": ISSUER,
        "sub": f"{shop.client_id}@clients",
        "aud": AUDIENCE,
        "azp": shop.client_id,
        "scope": "read:users update:users",
        "gty": "client-credentials",
    }


def test_it_opens_the_api(ask, browser):
    token = ask().json()["access_token"]

    assert browser().get("/api/v2/users", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 200


@pytest.mark.parametrize("charset", ["", "; charset=utf-8"])
def test_a_form_does_as_well_as_json(browser, shop, charset):
    body = {
        "grant_type": "client_credentials",
        "client_id": shop.client_id,
        "client_secret": SECRET,
        "audience": AUDIENCE,
    }

    response = browser().post(
        "/oauth/token", urlencode(body), content_type=f"application/x-www-form-urlencoded{charset}"
    )

    assert (response.status_code, response.json()["scope"]) == (200, "read:users update:users")


def test_a_byte_order_mark_before_json_is_passed_over(browser, shop):
    credentials = {"client_id": shop.client_id, "client_secret": SECRET, "audience": AUDIENCE}
    text = json.dumps({"grant_type": "client_credentials", **credentials})

    body = text.encode("utf-8-sig")
    response = browser().generic("POST", "/oauth/token", body, content_type="application/json")

    assert response.status_code == 200


def test_a_parameter_of_a_form_comes_once(browser, shop):
    """Source: RFC 6749, section 3.2."""
    credentials = {"client_id": shop.client_id, "client_secret": SECRET, "audience": AUDIENCE}
    fields = [("grant_type", "client_credentials"), *credentials.items(), ("client_id", "other")]

    form = "application/x-www-form-urlencoded"
    response = browser().generic("POST", "/oauth/token", urlencode(fields), content_type=form)

    assert (response.status_code, response.json()) == (
        400,
        {"error": "invalid_request", "error_description": "The parameter client_id is given 2 times."},
    )


def test_credentials_may_stand_in_the_header(ask_by_header, shop):
    response = ask_by_header(basic(shop.client_id))

    assert (response.status_code, response.json()["token_type"]) == (200, "Bearer")


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("read:users", "read:users"),
        ("update:users read:users", "read:users update:users"),
        ("read:users delete:users", "read:users"),
        ("", "read:users update:users"),
        (..., "read:users update:users"),
    ],
)
def test_scopes_are_those_asked_for_that_are_granted(ask, asked, given):
    body = ask(scope=asked).json()

    assert body["scope"] == given
    assert jwt.decode(body["access_token"], options={"verify_signature": False})["scope"] == given


def test_what_else_a_client_sends_is_passed_over(ask):
    assert ask(organization="org_1", custom=7).status_code == 200


# Refusals


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param(
            {"grant_type": ...},
            (400, "invalid_request", "Missing required parameter: grant_type"),
            id="no grant type",
        ),
        pytest.param(
            {"grant_type": ""},
            (400, "invalid_request", "Missing required parameter: grant_type"),
            id="an empty grant type",
        ),
        pytest.param(
            {"grant_type": "magic"},
            (403, "unsupported_grant_type", "Unsupported grant type: magic"),
            id="an unknown grant type",
        ),
        pytest.param(
            {"audience": ...},
            (400, "invalid_request", "Missing required parameter: audience"),
            id="no audience",
        ),
        pytest.param(
            {"audience": "https://elsewhere.example/api/v2/"},
            (403, "access_denied", "Service not found: https://elsewhere.example/api/v2/"),
            id="another audience",
        ),
        pytest.param(
            {"audience": AUDIENCE.rstrip("/")},
            (403, "access_denied", f"Service not found: {AUDIENCE.rstrip('/')}"),
            id="an audience without its slash",
        ),
        pytest.param({"client_id": ...}, (401, "access_denied", "Unauthorized"), id="no client"),
        pytest.param({"client_id": "nobody"}, (401, "access_denied", "Unauthorized"), id="unknown client"),
        pytest.param({"client_secret": ...}, (401, "access_denied", "Unauthorized"), id="no secret"),
        pytest.param({"client_secret": ""}, (401, "access_denied", "Unauthorized"), id="an empty secret"),
        pytest.param({"client_secret": "S3cret"}, (401, "access_denied", "Unauthorized"), id="wrong secret"),
        pytest.param({"client_secret": ["s3cret"]}, (401, "access_denied", "Unauthorized"), id="a list"),
        pytest.param(
            {"scope": "delete:users read:logs"},
            (400, "invalid_scope", "None of these scopes is granted: delete:users read:logs"),
            id="no scope that is granted",
        ),
        pytest.param(
            {"scope": "read:USERS"},
            (400, "invalid_scope", "None of these scopes is granted: read:USERS"),
            id="a scope in another case",
        ),
    ],
)
def test_a_request_that_is_no_good_is_given_the_reason(ask, changed, expected):
    response = ask(**changed)

    assert refused(response) == expected
    assert response["Cache-Control"] == "no-store"


def test_the_stored_hash_is_not_the_secret(ask, shop):
    assert shop.secret_hash != SECRET
    assert refused(ask(client_secret=shop.secret_hash))[0] == 401


def test_a_revoked_client_gets_no_token(ask):
    Client.objects.update(is_revoked=True)

    assert refused(ask()) == (401, "access_denied", "Unauthorized")


def test_a_client_without_the_grant_type_gets_no_token(ask):
    Client.objects.update(grant_types=["authorization_code"])

    assert refused(ask()) == (
        403,
        "unauthorized_client",
        "Grant type 'client_credentials' not allowed for the client.",
    )


def test_a_client_without_a_grant_gets_no_token(ask):
    ClientGrant.objects.all().delete()

    assert refused(ask()) == (
        403,
        "access_denied",
        f"Client is not authorized to access {AUDIENCE}. You need to create a client grant.",
    )


@pytest.mark.parametrize(
    ("body", "description"),
    [
        ("[]", "The body must be a JSON object."),
        ("null", "The body must be a JSON object."),
        ("{", "The body is not valid JSON: "),
        ('{"a": 1, "a": 2}', "The body is not valid JSON: "),
        ('{"client_id": "\\u0000"}', "The body is not valid JSON: "),
        ("{}", "Missing required parameter: grant_type"),
        ("", "The body is not valid JSON: "),
    ],
)
def test_a_body_that_is_no_object_is_told_so(browser, db, body, description):
    response = browser().generic("POST", "/oauth/token", body or " ", content_type="application/json")

    status, error, text = refused(response)
    assert (status, error) == (400, "invalid_request")
    assert text.startswith(description)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("Basic", id="nothing"),
        pytest.param("Basic !!!", id="no base64"),
        pytest.param("Basic " + base64.b64encode(b"no colon").decode(), id="no colon"),
        pytest.param("Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(), id="no UTF-8"),
        pytest.param(basic("\0"), id="NUL"),
        pytest.param(basic("nobody"), id="unknown"),
        pytest.param("Bearer token", id="another scheme"),
    ],
)
def test_a_header_that_is_no_good_is_unauthorized(ask_by_header, db, header):
    assert refused(ask_by_header(header)) == (401, "access_denied", "Unauthorized")


def test_a_nul_in_a_form_is_unauthorized(browser, db):
    body = {"grant_type": "client_credentials", "client_id": "\0", "client_secret": "x", "audience": AUDIENCE}

    response = browser().post(
        "/oauth/token", urlencode(body), content_type="application/x-www-form-urlencoded"
    )

    assert refused(response) == (401, "access_denied", "Unauthorized")


def test_credentials_in_the_address_do_not_count(browser, shop):
    query = urlencode({"client_id": shop.client_id, "client_secret": SECRET})
    body = urlencode({"grant_type": "client_credentials", "audience": AUDIENCE})

    response = browser().post(f"/oauth/token?{query}", body, content_type="application/x-www-form-urlencoded")

    assert refused(response)[0] == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_only_post_is_taken(browser, db, method):
    response = browser().generic(method, "/oauth/token")

    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert response["Cache-Control"] == "no-store"


def test_no_cookie_plays_a_part(browser, administrator):
    visitor = browser(administrator)
    visitor.handler.enforce_csrf_checks = True

    response = visitor.post("/oauth/token", "{}", content_type="application/json")

    assert refused(response)[0] == 400
    assert not response.cookies


# The secret


@pytest.mark.parametrize(
    "changed",
    [{}, {"audience": "x"}, {"scope": "x"}, {"grant_type": "x"}, {"client_secret": "other s3cret"}],
    ids=["token", "audience", "scope", "grant type", "wrong"],
)
def test_the_secret_is_in_no_answer_and_no_log(ask, caplog, changed):
    caplog.set_level(logging.DEBUG)

    response = ask(**changed)

    assert SECRET not in response.content.decode()
    assert SECRET not in caplog.text


def test_a_fault_of_ours_does_not_log_the_secret(browser, shop, caplog, monkeypatch):
    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr("users.oauth.grants.client_credentials.issue_machine_token", broken)
    visitor = browser()
    visitor.raise_request_exception = False
    body = {
        "grant_type": "client_credentials",
        "client_id": shop.client_id,
        "client_secret": SECRET,
        "audience": AUDIENCE,
    }

    response = visitor.post("/oauth/token", body)

    assert response.status_code == 500
    assert json.loads(response.content)["error"]
    assert SECRET not in caplog.text
    assert SECRET not in response.content.decode()


def test_the_secret_is_not_in_the_database(shop):
    assert SECRET not in str(Client.objects.values().get())
