"""`POST /oauth/token` with any parameter missing, doubled, too long or wrongly encoded: never a 500."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import PASSWORD
from tests.oauth.answers import SECRET, SONGS
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
    if answer.status_code >= 400:
        body = answer.json()
        assert body["error"]
        assert body["error_description"]


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
