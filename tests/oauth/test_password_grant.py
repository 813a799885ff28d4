"""`POST /oauth/token` by a person's password, and what the token is good for."""

from __future__ import annotations

import base64
import hashlib
import logging
import time
from types import SimpleNamespace

import pytest
from django.test import Client as Browser

from tests.conftest import PASSWORD, again
from tests.oauth.answers import (
    ISSUER,
    MANAGEMENT,
    PASSWORD_GRANT,
    REALM,
    REALM_GRANT,
    SECRET,
    refused,
    token_of,
)
from tests.second_factor import enrol
from tests.user_tokens import issue_user_token
from tests.web.pages import open_page
from users.actions.account.block_user import block_user
from users.caching import ttl_cache
from users.models import Authorization, Client, ClientGrant, Connection, LogEvent, ResourceServer, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor
from users.tokens.scopes import CURRENT_USER_SCOPES, MACHINE_SCOPES

SHELL = command_actor("tests")
WRONG = (403, "invalid_grant", "Wrong email or password.")


def put(user, **columns):
    with allow_account_writes():
        User.objects.filter(pk=user.pk).update(**columns)


def scopes_of(response):
    assert response.status_code == 200, response.content
    return response.json()["scope"].split()


@pytest.fixture
def call():
    """Calls the Management API with a token."""

    def ask(token, method, user, body=None):
        more = {"data": body, "content_type": "application/json"} if body is not None else {}
        send = getattr(Browser(), method)
        return send(f"/api/v2/users/{user.user_id}", HTTP_AUTHORIZATION=f"Bearer {token}", **more)

    return ask


# The token


@pytest.mark.parametrize("as_form", [False, True], ids=["JSON", "a form"])
@pytest.mark.parametrize(
    "way", [{"grant_type": PASSWORD_GRANT}, {"grant_type": REALM_GRANT, "realm": REALM}], ids=["", "realm"]
)
def test_the_right_password_gets_a_token_of_the_person(ask, app, jane, verified, way, as_form):
    answer = ask(**way, as_form=as_form, scope="read:current_user")

    body = answer.json()
    claims = verified(body.pop("access_token"), MANAGEMENT)
    assert body == {"scope": "read:current_user", "expires_in": 86_400, "token_type": "Bearer"}
    assert answer["Cache-Control"] == "no-store"
    assert claims.pop("exp") - claims.pop("iat") == 86_400
    assert abs(claims.pop("auth_time") - time.time()) < 5
    assert claims.pop("authorization_id") == Authorization.objects.get().authorization_id
    assert claims == {
        "iss": ISSUER,
        "sub": jane.user_id,
        "aud": MANAGEMENT,
        "azp": app.client_id,
        "scope": "read:current_user",
        "gty": "password",
        "token_generation": jane.token_generation,
    }


@pytest.mark.parametrize("typed", ["JANE.DOE@EXAMPLE.COM", "  jane.doe@example.com "])
def test_the_login_is_read_as_on_the_sign_in_page(ask, typed):
    assert ask(username=typed).status_code == 200


def test_a_user_name_will_do_where_the_connection_has_them(ask, jane):
    put(jane, username="jane", username_folded="jane")
    assert refused(ask(username="jane")) == WRONG

    Connection.objects.update(options={"requires_username": True})

    assert ask(username="Jane").status_code == 200


def test_a_sign_in_is_counted_and_leaves_its_address_and_raises_no_version(ask, jane):
    before = User.objects.filter(pk=jane.pk).values().get()

    ask(headers={"REMOTE_ADDR": "192.0.2.7"})

    after = User.objects.filter(pk=jane.pk).values().get()
    assert {name for name in before if before[name] != after[name]} == {
        *("logins_count", "last_login", "last_ip", "updated_at")
    }
    assert (after["logins_count"], after["last_ip"]) == (1, "192.0.2.7")


# Its scopes


@pytest.mark.parametrize("asked", [..., "", " "])
def test_without_scopes_asked_it_holds_all_that_people_hold_and_no_more(ask, asked):
    assert scopes_of(ask(scope=asked)) == list(CURRENT_USER_SCOPES)


def test_no_person_ever_gets_a_machines_scope(ask, app):
    grant = ClientGrant.objects.create(
        client=app, resource_server=ResourceServer.objects.management(), scope=list(MACHINE_SCOPES)
    )
    everything = " ".join([*MACHINE_SCOPES, *CURRENT_USER_SCOPES])

    answer = ask(scope=everything)

    assert grant.scope
    assert scopes_of(answer) == list(CURRENT_USER_SCOPES)


def test_no_machine_ever_gets_a_persons_scope(ask, make_client):
    shop = make_client("read:users", *CURRENT_USER_SCOPES)

    answer = ask(of=shop, grant_type="client_credentials")

    assert scopes_of(answer) == ["read:users"]
    asked = ask(of=shop, grant_type="client_credentials", scope="read:current_user")
    assert refused(asked)[:2] == (400, "invalid_scope")


def test_what_is_not_to_be_had_is_left_out_without_an_error(ask):
    answer = ask(scope="offline_access read:users fly read:current_user")

    assert scopes_of(answer) == ["read:current_user"]
    assert "refresh_token" not in answer.json()


# What it is good for


def test_the_person_reads_and_changes_their_own_user_metadata(ask, call, jane):
    token = token_of(ask())

    assert call(token, "get", jane).json()["email"] == jane.email
    changed = call(token, "patch", jane, {"user_metadata": {"hobby": "chess"}})

    assert changed.status_code == 200, changed.content
    assert again(jane).user_metadata == {"hobby": "chess"}
    assert jane.changes.first().actor_id == jane.user_id


@pytest.mark.parametrize(
    "body",
    [
        {"app_metadata": {"plan": "platinum"}},
        {"password": "Plum-Tart-77"},
        {"email": "new@example.com"},
        {"email_verified": True},
        {"blocked": False},
        {"name": "Another"},
        {"user_metadata": {"a": 1}, "app_metadata": {"a": 1}},
    ],
    ids=lambda body: " ".join(body),
)
def test_and_nothing_else_of_theirs(ask, call, jane, body):
    token = token_of(ask())
    before = again(jane).version

    answer = call(token, "patch", jane, body)

    assert (answer.status_code, answer.json()["errorCode"]) == (403, "insufficient_scope")
    assert again(jane).version == before


@pytest.mark.parametrize(("method", "body"), [("get", None), ("patch", {"user_metadata": {}})])
def test_and_nobody_elses(ask, call, stranger, method, body):
    answer = call(token_of(ask()), method, stranger, body)

    assert (answer.status_code, answer.json()["errorCode"]) == (403, "unowned_resource")


@pytest.mark.parametrize("grant_type", [PASSWORD_GRANT, REALM_GRANT])
def test_staff_cannot_give_their_password_to_an_application(ask, administrator, grant_type):
    answer = ask(username=administrator.email, grant_type=grant_type, realm=REALM)

    text = "Accounts with staff rights cannot sign in by this grant. Use the sign-in page."
    assert refused(answer) == (403, "access_denied", text)
    assert again(administrator).logins_count == 0
    assert LogEvent.objects.get(type="f").user_id == administrator.user_id
    assert refused(ask(username=administrator.email, password="wrong")) == WRONG


def test_a_token_of_staff_is_no_administrators(call, administrator, jane, app):
    server = ResourceServer.objects.management()
    token = issue_user_token(administrator, app, CURRENT_USER_SCOPES, server=server)

    assert call(token, "get", administrator).status_code == 200
    assert call(token, "get", jane).status_code == 403
    assert Browser().get("/api/v2/users", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 403


def test_a_block_tells_from_the_next_request(ask, call, jane):
    token = token_of(ask())
    assert call(token, "get", jane).status_code == 200

    block_user(jane, actor=SHELL)

    assert call(token, "get", jane).status_code == 401


def test_a_revoked_client_ends_its_peoples_tokens_within_thirty_seconds(ask, call, jane, monkeypatch):
    token = token_of(ask())
    assert call(token, "get", jane).status_code == 200
    Client.objects.update(is_revoked=True)

    later = time.monotonic() + 30
    monkeypatch.setattr(ttl_cache, "time", SimpleNamespace(monotonic=lambda: later))

    assert call(token, "get", jane).status_code == 401
    assert refused(ask()) == (401, "access_denied", "Unauthorized")


# The id token


def test_openid_brings_an_id_token_that_anybody_can_verify(ask, app, jane, verified):
    body = ask(scope="openid profile email").json()

    claims = verified(body["id_token"], app.client_id)
    assert claims.pop("exp") - claims.pop("iat") == 36_000
    half = hashlib.sha256(body["access_token"].encode()).digest()[:16]
    assert claims.pop("at_hash") == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert abs(claims.pop("auth_time") - time.time()) < 5
    assert claims.pop("updated_at").endswith("Z")
    assert claims.pop("picture").startswith("https://s.gravatar.com/")
    assert claims == {
        "iss": ISSUER,
        "sub": jane.user_id,
        "aud": app.client_id,
        "name": "Jane Doe",
        "nickname": "jane.doe",
        "email": "jane.doe@example.com",
        "email_verified": False,
        "token_generation": jane.token_generation,
    }


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid", set()),
        ("openid email", {"email", "email_verified"}),
        ("openid profile", {"name", "nickname", "picture", "updated_at"}),
    ],
)
def test_it_tells_what_was_asked_for(ask, app, verified, scope, names):
    claims = verified(ask(scope=scope).json()["id_token"], app.client_id)

    assert (
        claims.keys() - {"iss", "sub", "aud", "iat", "exp", "auth_time", "at_hash", "token_generation"}
        == names
    )


def test_without_an_audience_the_token_is_for_userinfo_alone(ask, verified):
    answer = ask(audience=...)

    claims = verified(token_of(answer), f"{ISSUER}userinfo")
    assert claims["scope"] == "openid profile email"
    assert ask(audience=..., scope="openid read:current_user").json()["scope"] == "openid"


def test_a_realm_may_come_with_the_plain_grant(ask, jane, app):
    """As auth0-auth-js sends it."""
    app.connections.add(Connection.objects.create(name="Partners"))

    assert ask(realm=REALM).status_code == 200
    assert refused(ask(realm="Partners")) == WRONG


@pytest.mark.parametrize("scope", ["profile email", "", "read:current_user"])
def test_without_openid_there_is_none(ask, scope):
    assert "id_token" not in ask(scope=scope).json()


def test_with_openid_the_access_token_is_for_userinfo_too(ask, verified):
    claims = verified(token_of(ask(scope="openid read:current_user")), MANAGEMENT)

    assert claims["aud"] == [MANAGEMENT, f"{ISSUER}userinfo"]
    assert claims["scope"] == "openid read:current_user"


def test_an_id_token_opens_nothing(ask, call, jane):
    body = ask(scope="openid read:current_user").json()

    assert call(body["access_token"], "get", jane).status_code == 200
    assert call(body["id_token"], "get", jane).status_code == 401


def test_a_client_may_have_its_id_tokens_live_otherwise(ask, app, verified):
    Client.objects.update(id_token_lifetime=60)

    claims = verified(ask(scope="openid").json()["id_token"], app.client_id)

    assert claims["exp"] - claims["iat"] == 60


# Which client


@pytest.mark.parametrize("grant_type", [PASSWORD_GRANT, REALM_GRANT])
def test_a_client_that_is_not_to_take_passwords_takes_none(ask, app, grant_type):
    Client.objects.update(grant_types=["client_credentials"])

    text = f"Grant type '{grant_type}' not allowed for the client."
    assert refused(ask(grant_type=grant_type, realm=REALM)) == (403, "unauthorized_client", text)


def test_a_public_client_needs_no_secret(ask, page):
    assert ask(of=page).status_code == 200


@pytest.mark.parametrize("secret", [..., "", "wrong"])
def test_a_confidential_one_does(ask, jane, secret):
    assert refused(ask(client_secret=secret)) == (401, "access_denied", "Unauthorized")
    assert again(jane).logins_count == 0


def test_a_public_client_cannot_claim_a_secret_it_does_not_have(ask, page):
    assert refused(ask(of=page, client_secret="guess")) == (401, "access_denied", "Unauthorized")


def test_a_public_client_gets_nothing_for_itself(ask, make_app):
    page = make_app(is_public=True, grant_types=["client_credentials"])

    assert refused(ask(of=page, grant_type="client_credentials"))[0] == 401


# Refusals


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param(
            {"username": ...}, (400, "invalid_request", "Missing required parameter: username"), id="no login"
        ),
        pytest.param(
            {"password": ""},
            (400, "invalid_request", "Missing required parameter: password"),
            id="no password",
        ),
        pytest.param(
            {"password": ["x"]},
            (400, "invalid_request", "Missing required parameter: password"),
            id="a list for a password",
        ),
        pytest.param(
            {"audience": "https://nobody.example"},
            (403, "access_denied", "Service not found: https://nobody.example"),
            id="unknown audience",
        ),
        pytest.param(
            {"grant_type": REALM_GRANT},
            (400, "invalid_request", "Missing required parameter: realm"),
            id="no realm",
        ),
        pytest.param(
            {"grant_type": REALM_GRANT, "realm": "Nowhere"},
            (400, "invalid_request", "the connection was not found"),
            id="unknown realm",
        ),
        pytest.param(
            {"grant_type": REALM_GRANT, "realm": REALM.lower()},
            (400, "invalid_request", "the connection was not found"),
            id="a realm in another case",
        ),
        pytest.param({"password": "wrong"}, WRONG, id="wrong password"),
        pytest.param({"password": f"{PASSWORD} "}, WRONG, id="password with a space"),
        pytest.param({"username": "nobody@example.com"}, WRONG, id="unknown login"),
        pytest.param({"username": "Jane Doe"}, WRONG, id="a name"),
    ],
)
def test_a_request_that_is_no_good_is_given_the_reason(ask, jane, changed, expected):
    assert refused(ask(**changed)) == expected
    assert again(jane).logins_count == 0


def test_a_form_with_a_nul_is_answered_like_any_other(ask):
    assert refused(ask(as_form=True, username="jane\0")) == WRONG
    asked = ask(as_form=True, grant_type=REALM_GRANT, realm="\0")
    assert refused(asked) == (400, "invalid_request", "the connection was not found")


@pytest.mark.parametrize("columns", [{"is_enabled": False}, {"strategy": "samlp"}], ids=str)
def test_a_connection_without_passwords_of_ours_is_no_realm(ask, columns):
    Connection.objects.create(name="Partners", **columns)

    asked = ask(grant_type=REALM_GRANT, realm="Partners")

    assert refused(asked) == (400, "invalid_request", "the connection was not found")


def test_a_realm_finds_its_own_people_only(ask, jane, app):
    app.connections.add(Connection.objects.create(name="Partners"))

    assert refused(ask(grant_type=REALM_GRANT, realm="Partners")) == WRONG


def test_without_a_realm_people_are_looked_for_in_the_default_connection(ask, jane, app):
    partners = Connection.objects.create(name="Partners")
    app.connections.add(partners)
    put(jane, connection=partners)

    assert refused(ask()) == WRONG
    assert ask(grant_type=REALM_GRANT, realm="Partners").status_code == 200


def test_a_default_connection_that_is_disabled_is_said_to_be_missing(ask):
    Connection.objects.update(is_enabled=False)

    text = "Authorization server not configured with default connection."
    assert refused(ask()) == (500, "server_error", text)


def test_a_blocked_person_is_told_so_with_the_right_password_and_is_counted(ask, jane):
    block_user(jane, actor=SHELL)

    assert refused(ask()) == (401, "unauthorized", "user is blocked")
    assert again(jane).logins_count == 1
    assert refused(ask(password="wrong")) == WRONG
    assert again(jane).logins_count == 1


def test_an_account_with_a_second_factor_gets_no_token_by_password_alone(ask, jane):
    enrol(jane)

    answer = ask()

    assert (answer.status_code, answer.json()["error"]) == (403, "mfa_required")
    assert "access_token" not in answer.json()
    assert again(jane).logins_count == 0
    assert refused(ask(password="wrong")) == WRONG


# Guessing


def test_after_five_wrong_passwords_the_right_one_is_refused_until_later(ask):
    for _ in range(5):
        assert refused(ask(password="wrong")) == WRONG

    answer = ask()

    assert refused(answer) == (429, "too_many_attempts", "Too many failed sign-ins. Wait, then try again.")
    assert 290 < int(answer["Retry-After"]) <= 300


def test_tries_at_the_page_and_here_count_together(ask, jane):
    for _ in range(3):
        open_page(Browser(), "/login/").press("Sign in", login=jane.email, password="wrong")
    for _ in range(2):
        ask(password="wrong", username=jane.email.upper())

    assert ask().status_code == 429
    page = open_page(Browser(), "/login/").press("Sign in", login=jane.email, password=PASSWORD)
    assert "Too many failed sign-in attempts." in page.text


def test_tries_by_email_and_by_user_name_count_together(ask, connection, make_user):
    connection.options = {"requires_username": True}
    connection.save()
    jay = make_user("jay", username="jd", password=PASSWORD)
    for login in ("jd", jay.email, "jd", jay.email, "JD"):
        assert refused(ask(password="wrong", username=login)) == WRONG

    assert ask(username=jay.email).status_code == ask(username="jd").status_code == 429


def test_a_right_password_counts_for_nothing_and_washes_nothing_away(ask):
    for _ in range(4):
        ask(password="wrong")
    for _ in range(6):
        assert ask().status_code == 200

    ask(password="wrong")
    assert ask().status_code == 429


def test_unknown_logins_are_limited_alike_so_that_the_limit_tells_nothing(ask):
    for _ in range(5):
        ask(username="nobody@example.com")

    assert ask(username="nobody@example.com").status_code == 429


def spray(ask, headers, **more):
    """Ten wrong tries at as many accounts, then the status of an eleventh."""
    for number in range(10):
        ask(username=f"person{number}@example.com", headers=headers(number), **more)
    return ask(headers=headers(10), **more).status_code


def test_one_address_cannot_try_one_password_on_everybody(ask):
    assert spray(ask, lambda number: {"REMOTE_ADDR": "192.0.2.1"}) == 429


def forwarded(number):
    return {"HTTP_AUTH0_FORWARDED_FOR": f"198.51.100.{number}"}


def test_a_server_that_proved_who_it_is_passes_on_whom_it_asks_for(ask, jane):
    assert spray(ask, forwarded) == 200
    assert again(jane).last_ip == "198.51.100.10"


def test_nobody_else_chooses_the_address_that_is_counted(ask, page):
    assert spray(ask, forwarded, of=page) == 429


def test_a_forwarded_address_that_is_none_is_passed_over(ask, jane):
    assert ask(headers={"HTTP_AUTH0_FORWARDED_FOR": "nowhere"}).status_code == 200
    assert again(jane).last_ip == "127.0.0.1"


# The password


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"audience": "x"},
        {"grant_type": "x"},
        {"username": "nobody@example.com"},
        {"client_secret": "other s3cret"},
        {"grant_type": REALM_GRANT, "realm": "x"},
    ],
    ids=["token", "audience", "grant type", "nobody", "secret", "realm"],
)
def test_password_and_secret_are_in_no_answer_and_no_log(ask, caplog, changed):
    caplog.set_level(logging.DEBUG)

    answer = ask(**changed)

    for secret in (PASSWORD, SECRET):
        assert secret not in answer.content.decode()
        assert secret not in caplog.text


# Connections that are enabled for the client


@pytest.mark.parametrize("way", [{}, {"grant_type": REALM_GRANT, "realm": REALM}], ids=["", "realm"])
@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_a_connection_must_be_enabled_for_the_client(ask, app, connection, way, password):
    """Whatever the password: an application that may not sign users in does not learn it either."""
    app.connections.remove(connection)
    assert refused(ask(**way, password=password)) == (400, "invalid_request", "the connection is not enabled")

    app.connections.add(connection)
    assert ask(**way).status_code == 200
