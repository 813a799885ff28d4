"""Every endpoint for applications with any parameter missing, doubled, too long or wrongly encoded: an answer
that says what is wrong, never a 500."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from django.test import Client as Browser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import PASSWORD
from tests.oauth.answers import REALM, REALM_GRANT, SECRET, SONGS
from tests.oauth.sign_in_browser import CALLBACK, CHALLENGE, VERIFIER, sign_in
from tests.suites import DEPTH
from users.oauth.server import GRANTS

# A few: each is a request.
EXAMPLES = 10 * DEPTH
NAMES = (
    *("grant_type", "client_id", "client_secret", "username", "password", "audience", "scope", "realm"),
    *("refresh_token", "mfa_token", "otp", "recovery_code", "code", "redirect_uri", "code_verifier"),
)
ENDPOINTS = ("/oauth/token", "/oauth/revoke", "/mfa/challenge", "/mfa/associate", "/userinfo")


def good(app, jane, grant_type) -> dict[str, str]:
    given = dict.fromkeys(NAMES, "x")
    return given | {
        "grant_type": grant_type,
        "client_id": app.client_id,
        "client_secret": SECRET,
        "username": jane.email,
        "password": PASSWORD,
        "audience": SONGS,
        "scope": "openid",
        "realm": "Username-Password-Authentication",
    }


def check(answer):
    assert answer.status_code < 500, answer.content
    if answer.content == b"Unauthorized":  # Auth0's answer of /userinfo, in plain text
        assert answer.status_code == 401
    elif answer.status_code >= 400:
        body = answer.json()
        # The endpoints of database connections have names of their own for errors of accounts.
        assert body.get("error") or body["code"]
        assert body.get("error_description") or body["description"]


@pytest.fixture
def shop(make_app, songs):
    return make_app(grant_types=[grant.GRANT_TYPE for grant in GRANTS])


@pytest.mark.parametrize(
    ("grant_type", "names"),
    [
        ("client_credentials", ("grant_type", "client_id", "client_secret", "audience", "scope")),
        ("password", ("username", "password", "audience", "scope", "realm")),
        ("refresh_token", ("refresh_token", "scope")),
        ("http://auth0.com/oauth/grant-type/mfa-otp", ("mfa_token", "otp")),
        ("http://auth0.com/oauth/grant-type/mfa-recovery-code", ("mfa_token", "recovery_code")),
    ],
    ids=lambda value: value.rpartition("/")[2] if isinstance(value, str) else "",
)
def test_each_parameter_missing_doubled_or_wrong(shop, jane, grant_type, names):
    parameters = good(shop, jane, grant_type)
    for name in names:
        check(Browser().post("/oauth/token", {key: parameters[key] for key in NAMES if key != name}))
        doubled = Browser().post("/oauth/token", {**parameters, name: [parameters[name], "y"]})
        assert doubled.status_code == 400
        check(doubled)
        for value in ("\0", "a" * 20_000, "\ud7ff\U0010ffff"):
            check(Browser().post("/oauth/token", {**parameters, name: value}))
        for value in (None, ["x"], "\ud800"):
            check(Browser().post("/oauth/token", {**parameters, name: value}, "application/json"))


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe=\xff&client_id=\xff", "application/x-www-form-urlencoded"),
        (b"grant_type=%ff%fe&token=%00&access_token=%ff", "application/x-www-form-urlencoded"),
        (b"\xff", "application/json"),
        (b"[1]", "application/json"),
        (b'{"a": 1, "a": 2}', "application/json"),
        (b"[" * 10_000, "application/json"),
        (b"{}", "application/json; charset=utf-16"),
        (b"x", "multipart/form-data; boundary=y"),
        (b"x", "text/plain; charset=nonsense"),
        (b"", ""),
    ],
)
def test_a_body_in_any_encoding(db, path, body, kind):
    answer = Browser().generic("POST", path, body, content_type=kind)

    assert 400 <= answer.status_code < 500


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(st.sampled_from(NAMES), st.text(max_size=40)), header=st.text(max_size=20))
def test_any_text_in_any_parameter(shop, jane, body, header):
    printable = header.encode("ascii", "replace").decode().replace("\n", "").replace("\r", "")
    for path in ENDPOINTS:
        sent = body.copy()
        answer = Browser().post(
            path, sent, content_type="application/json", HTTP_AUTHORIZATION=f"Basic {printable}"
        )
        assert answer.status_code < 500


# --- Each parameter of each endpoint ------------------------------------------------------------

FORM = "application/x-www-form-urlencoded"
SHOP = "https://shop.example"
TOKEN = f"{'x' * 22}.{'y' * 43}"
ID = {"client_id": "{client_id}"}
APP = {**ID, "client_secret": SECRET}
# Bodies of POST requests, all parameters of which are tried one by one.
POSTS = [
    (
        "/oauth/token",
        {
            **APP,
            "grant_type": "authorization_code",
            "code": "x",
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        },
    ),
    ("/oauth/token", {**APP, "grant_type": "refresh_token", "refresh_token": TOKEN, "audience": SONGS}),
    ("/oauth/revoke", {**APP, "token": TOKEN, "token_type_hint": "refresh_token"}),
    ("/mfa/challenge", {**APP, "mfa_token": "x", "challenge_type": "otp", "authenticator_id": "totp|dev_x"}),
    ("/mfa/associate", {**ID, "authenticator_types": "otp"}),
    ("/userinfo", {"access_token": "a.b.c"}),
    (
        "/dbconnections/signup",
        {
            **ID,
            "email": "new@example.com",
            "password": PASSWORD,
            "connection": REALM,
            "username": "new",
            "name": "New",
            "picture": "https://shop.example/new.png",
            "user_metadata[hobby]": "chess",
        },
    ),
    ("/dbconnections/signup", {**ID, "email": "new@example.com", "user_metadata": '{"hobby": "chess"}'}),
    ("/dbconnections/change_password", {**ID, "email": "new@example.com", "connection": REALM}),
    ("/dbconnections/signup/challenge", ID),
    (
        "/co/authenticate",
        {**ID, "username": "x", "password": "x", "realm": REALM, "credential_type": REALM_GRANT},
    ),
]
LOGOUT = {**ID, "id_token_hint": "a.b.c", "state": "s", "logout_hint": "ses_1", "ui_locales": "de"}
AUTHORIZE = {
    **ID,
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "response_mode": "query",
    "scope": "openid",
    "state": "s",
    "nonce": "n",
    "audience": SONGS,
    "prompt": "login",
    "max_age": "1",
    "acr_values": "x",
    "login_hint": "x",
    "screen_hint": "signup",
    "ui_locales": "de",
    "connection": REALM,
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "id_token_hint": "a.b.c",
}
TOKEN_REQUEST = {"response_type": "id_token", "redirect_uri": CALLBACK, "scope": "openid", "nonce": "n"}
# Pages and redirects, by GET and, but for /v2/logout, POST.
PAGES = [
    ("/authorize", AUTHORIZE),
    ("/authorize", {**ID, **TOKEN_REQUEST, "login_ticket": "lt_x", "realm": REALM}),
    ("/authorize/resume", {"state": "x"}),
    ("/oidc/logout", {**LOGOUT, "post_logout_redirect_uri": CALLBACK}),
    ("/v2/logout", {**ID, "returnTo": CALLBACK, "federated": ""}),
]
TEXTS = ["a\0b", "x" * 20_000, "9" * 400]
MORE_TEXTS = ["", "-1", "1e400", "\ud7ff\U0010ffff", "\u202e", " ", "%", "'\"><script>", "{}", "[]", "null"]
JSON_VALUES = [10**400, {"a": [{}]}, "\ud800"]
MORE_JSON_VALUES = [None, True, 1.5, [], {}, ["x"], "\0"]
RAW = ["%ff", "%zz", "\xff"]
MORE_RAW = ["%00", "%ed%a0%80", "%", "%c3%28"]
if DEPTH > 1:
    TEXTS, JSON_VALUES, RAW = TEXTS + MORE_TEXTS, JSON_VALUES + MORE_JSON_VALUES, RAW + MORE_RAW
NOT_UTF8 = {"%ff", "\xff", "%ed%a0%80", "%c3%28"}


def of_client(body, client):
    return {name: value.replace("{client_id}", client.client_id) for name, value in body.items()}


def send(browser, path, text, *, kind=FORM):
    return browser.generic("POST", path, text, content_type=kind, HTTP_ORIGIN=SHOP)


@pytest.fixture
def client(make_app):
    return make_app(grant_types=[grant.GRANT_TYPE for grant in GRANTS], callbacks=[CALLBACK])


@pytest.mark.parametrize(("path", "body"), POSTS, ids=lambda value: value if isinstance(value, str) else "")
def test_each_parameter_of_a_post(client, songs, connection, path, body):
    browser, body = Browser(), of_client(body, client)
    # It reads its token in the header before anything else.
    reads_body = path != "/mfa/associate"
    for name in body:
        others = {key: value for key, value in body.items() if key != name}
        check(send(browser, path, urlencode(others)))
        doubled = send(browser, path, urlencode([*body.items(), (name, "y")]))
        check(doubled)
        assert not reads_body or f"parameter {name} is given 2 times" in doubled.json()["error_description"]
        for value in TEXTS:
            check(send(browser, path, urlencode({**body, name: value})))
        for value in JSON_VALUES:
            check(send(browser, path, json.dumps({**body, name: value}), kind="application/json"))
        for raw in RAW:
            answer = send(browser, path, f"{urlencode(others)}&{quote(name)}={raw}".encode("latin-1"))
            check(answer)
            if raw in NOT_UTF8 and reads_body:
                assert answer.json()["error_description"] == "The parameters are not valid UTF-8."


@pytest.mark.parametrize(("path", "query"), PAGES, ids=lambda value: value if isinstance(value, str) else "")
@pytest.mark.parametrize("is_signed_in", [True, False], ids=["signed in", ""])
def test_each_parameter_of_a_page(spa, jane, songs, path, query, is_signed_in):
    browser, query = Browser(), of_client(query, spa)
    if is_signed_in:
        sign_in(browser, spa, jane)
    for name in query:
        others = urlencode({key: value for key, value in query.items() if key != name})
        wrong = [others, urlencode([*query.items(), (name, "y")])]
        wrong += [urlencode({**query, name: value}) for value in TEXTS]
        wrong += [f"{others}&{quote(name)}={raw}" for raw in RAW]
        for text in wrong:
            answers = [browser.get(path, QUERY_STRING=text)]
            if path in ("/authorize", "/oidc/logout"):
                answers.append(send(browser, path, text.encode("latin-1")))
            for answer in answers:
                assert answer.status_code in (200, 302, 400, 403)


@pytest.mark.parametrize("path", ["/userinfo", "/mfa/authenticators", "/mfa/associate"])
def test_no_header_makes_it_fail(db, path):
    tokens = ["", "x", "\xff", "a.b.c", "..", "x" * 9000, "eyJhbGciOiJub25lIn0.e30.", "mfa_x", "mt_\xff"]
    for header in ["Basic \xff", "Bearer", *(f"Bearer {token}" for token in tokens)]:
        for method in ("GET", "POST"):
            answer = Browser().generic(method, path, HTTP_AUTHORIZATION=header)
            assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("name", ["%00", "%ff", "x", "totp%7Cdev_x", "x" * 3000])
def test_no_id_of_a_factor_makes_it_fail(db, name):
    answer = Browser().delete(f"/mfa/authenticators/{name}", HTTP_AUTHORIZATION="Bearer a.b.c")

    assert answer.status_code in (401, 404)


def test_what_is_no_utf8_is_stored_by_no_sign_up(client, connection):
    form = {"client_id": client.client_id, "email": "new@example.com", "password": PASSWORD}
    text = f"{urlencode({**form, 'connection': REALM})}&user_metadata%5Bhobby%5D=%ff"

    assert send(Browser(), "/dbconnections/signup", text).status_code == 400
