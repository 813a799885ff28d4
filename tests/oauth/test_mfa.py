"""The MFA API: a sign-in by a grant that goes on with the second factor."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from tests.conftest import PASSWORD, again
from tests.oauth.answers import ISSUER, PASSWORD_GRANT, SECRET, SONGS, refused
from tests.second_factor import code, enrol, wrong
from tests.web.pages import open_page
from users.actions.account.block_user import block_user
from users.actions.account.multifactor import renew_recovery_code
from users.actions.authorizations.authorizations import create_authorization
from users.models import (
    Authorization,
    Change,
    Client,
    LogEvent,
    MfaToken,
    RefreshTokenSecret,
    ResourceServer,
)
from users.rights.actor import command_actor
from users.sign_in import hooks
from users.sign_in.hooks import PostLoginResult
from users.sign_in.token_answer import user_access_token

SHELL = command_actor("tests")
OTP = "http://auth0.com/oauth/grant-type/mfa-otp"
RECOVERY = "http://auth0.com/oauth/grant-type/mfa-recovery-code"
WRONG_OTP = (403, "invalid_grant", "Invalid otp_code.")
WRONG_RECOVERY = (403, "invalid_grant", "MFA Authorization rejected.")
MALFORMED = (403, "invalid_grant", "Malformed mfa_token")


@pytest.fixture
def shop(make_app, songs) -> Client:
    songs.allow_offline_access = True
    songs.save()
    rotating = {"rotation_type": "rotating", "expiration_type": "non-expiring"}
    grants = [PASSWORD_GRANT, "refresh_token", OTP, RECOVERY]
    return make_app(grant_types=grants, refresh_token=rotating)


@pytest.fixture
def secret(jane) -> str:
    """Of Jane's authenticator app."""
    return enrol(jane)


@pytest.fixture
def sign_in(ask, shop):
    """The answer to Jane's password."""
    return lambda **more: ask(**{"of": shop, "audience": SONGS, "scope": "openid read:songs", **more})


@pytest.fixture
def complete(ask, shop):
    """Sends a code for an MFA token."""

    def send(token, given, *, grant_type=OTP, **more):
        name = "otp" if grant_type == OTP else "recovery_code"
        body = {"grant_type": grant_type, "mfa_token": token, name: given, "of": shop, **more}
        return ask(**{"username": ..., "password": ..., "audience": ..., **body})

    return send


@pytest.fixture
def mfa_token(sign_in):
    return lambda **more: sign_in(**more).json()["mfa_token"]


@pytest.fixture
def call(shop):
    """Calls an endpoint under /mfa/, with the client's proof in the body or a token in the header."""

    def send(path, body=None, token=None, method="post", as_form=False):
        headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
        if method != "post":
            return getattr(Browser(), method)(f"/mfa/{path}", **headers)
        text = body if as_form else json.dumps(body)
        kind = {} if as_form else {"content_type": "application/json"}
        return Browser().post(f"/mfa/{path}", text, **kind, **headers)

    return send


def proof(client, **more):
    return {"client_id": client.client_id, "client_secret": SECRET, **more}


def types():
    return [event.type for event in LogEvent.objects.order_by("pk")]


# The answer to the password


def test_the_password_of_a_user_with_a_factor_brings_a_token_to_go_on_with(sign_in, secret, jane):
    answer = sign_in()

    body = answer.json()
    token = body.pop("mfa_token")
    assert (answer.status_code, answer["Cache-Control"]) == (403, "no-store")
    assert "WWW-Authenticate" not in answer
    assert body == {
        "error": "mfa_required",
        "error_description": "Multifactor authentication required",
        "mfa_requirements": {"challenge": [{"type": "otp"}, {"type": "recovery-code"}]},
    }
    assert token not in str(list(MfaToken.objects.values()))
    assert again(jane).logins_count == 0
    assert types() == ["mfar"]


def test_a_wrong_password_says_nothing_of_the_factor(sign_in, secret):
    assert refused(sign_in(password="wrong"))[:2] == (403, "invalid_grant")


# The code of the app


def test_the_code_of_the_app_brings_the_tokens_of_the_first_request(
    mfa_token, complete, secret, shop, jane, verified
):
    answer = complete(mfa_token(scope="openid read:songs offline_access"), code(secret))

    body = answer.json()
    assert answer.status_code == 200, answer.content
    access = verified(body["access_token"], SONGS)
    assert (access["sub"], access["scope"]) == (jane.user_id, "openid read:songs offline_access")
    assert verified(body["id_token"], shop.client_id)["sub"] == jane.user_id
    assert "refresh_token" in body
    assert Authorization.objects.get().methods == ["mfa", "pwd"]
    assert again(jane).logins_count == 1
    assert types() == ["mfar", "gd_auth_succeed", "sepft"]


@pytest.mark.parametrize(
    "typed", [lambda digits: f"{digits[:3]} {digits[3:]}", lambda digits: f" {digits}\n"]
)
def test_spaces_in_a_code_do_no_harm(mfa_token, complete, secret, typed):
    assert complete(mfa_token(), typed(code(secret))).status_code == 200


def test_a_wrong_code_leaves_the_token_valid(mfa_token, complete, secret):
    token = mfa_token()

    for given in (wrong(secret), "x", "१२३४५६", "0" * 5000, "\U0001f600"):
        assert refused(complete(token, given)) == WRONG_OTP
        cache.clear()
    assert complete(token, code(secret)).status_code == 200


def test_a_token_is_good_for_one_sign_in(mfa_token, complete, secret):
    token = mfa_token()
    assert complete(token, code(secret)).status_code == 200

    assert refused(complete(token, code(secret, steps=1))) == MALFORMED


def test_a_code_is_accepted_once(mfa_token, complete, secret):
    given = code(secret)

    assert complete(mfa_token(), given).status_code == 200
    assert refused(complete(mfa_token(), given)) == WRONG_OTP


def test_a_code_used_on_the_page_is_used_here_too(mfa_token, complete, secret, jane):
    token = mfa_token()
    page = open_page(Browser(), "/login/").press("Sign in", login=jane.email, password=PASSWORD)
    page.press("Sign in", code=code(secret))

    assert refused(complete(token, code(secret))) == WRONG_OTP


def test_a_token_too_old_is_refused(mfa_token, complete, secret):
    token = mfa_token()
    MfaToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert refused(complete(token, code(secret))) == (403, "expired_token", "mfa_token is expired")


def test_a_token_lives_for_ten_minutes(mfa_token, secret):
    mfa_token()
    stored = MfaToken.objects.get()

    assert stored.expires_at - stored.created_at == timedelta(minutes=10)


def test_a_block_ends_it(mfa_token, complete, secret, jane):
    token = mfa_token()
    block_user(jane, actor=SHELL)

    assert refused(complete(token, code(secret)))[:2] == (403, "expired_token")


def test_that_of_another_client_is_refused(mfa_token, complete, secret, make_app):
    other = make_app(grant_types=[OTP])

    text = "mfa_token not issued to this client"
    assert refused(complete(mfa_token(), code(secret), of=other)) == (400, "invalid_request", text)


def test_the_client_needs_the_grant(mfa_token, complete, secret, shop):
    token = mfa_token()
    Client.objects.filter(pk=shop.pk).update(grant_types=[PASSWORD_GRANT])

    assert refused(complete(token, code(secret)))[:2] == (403, "unauthorized_client")


def test_the_code_of_another_user_opens_nothing(mfa_token, complete, secret, stranger):
    of_the_stranger = enrol(stranger)

    assert refused(complete(mfa_token(), code(of_the_stranger))) == WRONG_OTP


@pytest.mark.parametrize("missing", ["mfa_token", "otp"])
def test_both_parameters_are_required(mfa_token, complete, secret, missing):
    answer = complete(mfa_token(), code(secret), **{missing: ...})

    assert refused(answer) == (400, "invalid_request", f"Missing required parameter: {missing}")


@pytest.mark.parametrize("token", ["x", "mt_x", "\U0001f600", "a" * 3000])
def test_an_unknown_token_is_malformed(complete, secret, token):
    assert refused(complete(token, code(secret))) == MALFORMED


def test_codes_that_are_guessed_are_limited_here_and_on_the_page_together(mfa_token, complete, secret, jane):
    token = mfa_token()
    page = open_page(Browser(), "/login/").press("Sign in", login=jane.email, password=PASSWORD)
    for _ in range(2):
        page = page.press("Sign in", code=wrong(secret))
    for _ in range(3):
        assert refused(complete(token, wrong(secret))) == WRONG_OTP

    answer = complete(token, code(secret))

    text = "Too many failed codes. Wait for some minutes before retrying."
    assert refused(answer) == (429, "too_many_attempts", text)
    assert int(answer["Retry-After"]) > 0
    assert "gd_otp_rate_limit_exceed" in types()
    assert "feotpft" in types()


def test_one_ip_address_cannot_try_codes_of_everybody(mfa_token, complete, secret, make_user, sign_in):
    guessed = 0
    for number in range(4):
        user = make_user(f"user{number}", password=PASSWORD)
        given = wrong(enrol(user))
        token = sign_in(username=user.email).json()["mfa_token"]
        guessed += sum(complete(token, given).status_code == 403 for _ in range(3))
    assert guessed == 10

    token = mfa_token(headers={"REMOTE_ADDR": "192.0.2.1"})
    assert complete(token, code(secret)).status_code == 429
    # A server that has proved who it is says whom it asks for.
    forwarded = {"HTTP_AUTH0_FORWARDED_FOR": "198.51.100.7"}
    assert complete(token, code(secret), headers=forwarded).status_code == 200


def test_hooks_run_once_and_after_the_code(mfa_token, complete, secret, monkeypatch):
    calls = []

    def hook(sign_in):
        calls.append(sign_in.methods)
        return PostLoginResult(access_token={"level": 7})

    monkeypatch.setattr(hooks, "POST_LOGIN", [hook])
    token = mfa_token()
    assert calls == []
    complete(token, code(secret))

    assert [sorted(methods) for methods in calls] == [["mfa", "pwd"]]
    assert Authorization.objects.get().access_token_claims == {"level": 7}


# Recovery codes


def recovery_codes(user) -> list[str]:
    return Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()


def test_a_recovery_code_signs_in_once_and_brings_the_next_one(mfa_token, complete, secret, jane):
    first, second = recovery_codes(jane)[:2]

    answer = complete(mfa_token(), first, grant_type=RECOVERY)

    assert answer.status_code == 200, answer.content
    assert answer.json()["recovery_code"] == second
    assert refused(complete(mfa_token(), first, grant_type=RECOVERY)) == WRONG_RECOVERY
    assert complete(mfa_token(), second, grant_type=RECOVERY).status_code == 200
    assert types()[:3] == ["mfar", "gd_recovery_succeed", "sepft"]
    assert {"gd_recovery_failed", "fercft"} <= set(types())


def test_after_the_last_code_there_is_a_new_one(mfa_token, complete, secret, jane):
    only = renew_recovery_code(jane, actor=SHELL)

    following = complete(mfa_token(), only, grant_type=RECOVERY).json()["recovery_code"]

    assert following != only
    assert len(following) == 24
    assert complete(mfa_token(), following, grant_type=RECOVERY).status_code == 200


def test_a_code_of_one_kind_is_none_of_the_other(mfa_token, complete, secret, jane):
    token = mfa_token()

    assert refused(complete(token, recovery_codes(jane)[0])) == WRONG_OTP
    assert refused(complete(token, code(secret), grant_type=RECOVERY)) == WRONG_RECOVERY


# Challenges and the list


def test_a_challenge_names_the_app(mfa_token, call, secret, shop):
    token = mfa_token()
    for more in ({}, {"challenge_type": "otp oob"}, {"challenge_type": "otp"}):
        answer = call("challenge", proof(shop, mfa_token=token, **more))
        assert (answer.status_code, answer.json()) == (200, {"challenge_type": "otp"})
    assert call("challenge", proof(shop, mfa_token=token), as_form=True).status_code == 200


def test_a_challenge_says_what_is_wrong(mfa_token, call, secret, shop, make_app):
    token = mfa_token()

    def asked(**more):
        return refused(call("challenge", {**proof(shop, mfa_token=token), **more}))

    text = "None of the requested challenge types is supported: oob. Supported: otp."
    assert asked(challenge_type="oob") == (401, "unsupported_challenge_type", text)
    assert asked(mfa_token="x") == MALFORMED
    assert asked(mfa_token=None)[:2] == (400, "invalid_request")
    assert asked(client_secret="wrong") == (401, "invalid_client", "Unauthorized")
    assert asked(client_id=make_app().client_id)[:2] == (400, "invalid_request")
    assert asked(authenticator_id="totp|dev_0")[0] == 404


def test_without_a_factor_a_challenge_points_to_adding_one(mfa_token, call, shop, monkeypatch, jane):
    monkeypatch.setattr(hooks, "POST_LOGIN", [lambda _: PostLoginResult(demands_second_factor=True)])

    answer = call("challenge", proof(shop, mfa_token=mfa_token()))

    assert refused(answer)[:2] == (400, "association_required")


def test_the_factors_are_a_bare_array(mfa_token, call, secret, jane):
    answer = call("authenticators", token=mfa_token(), method="get")

    totp, recovery = Authenticator.objects.filter(user=jane).order_by("pk")
    assert answer.json() == [
        {"id": f"totp|dev_{totp.pk}", "authenticator_type": "otp", "type": "otp", "active": True},
        {
            "id": f"recovery-code|dev_{recovery.pk}",
            "authenticator_type": "recovery-code",
            "type": "recovery-code",
            "active": True,
        },
    ]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("token", [None, "x", "mt_x"])
@pytest.mark.parametrize(("path", "method"), [("authenticators", "get"), ("associate", "post")])
def test_the_list_and_adding_need_a_token(call, db, token, path, method):
    assert call(path, {}, token=token, method=method).status_code == 401


# Adding an app


@pytest.fixture
def demanded(monkeypatch):
    """A hook that demands a second factor."""
    monkeypatch.setattr(hooks, "POST_LOGIN", [lambda _: PostLoginResult(demands_second_factor=True)])


def test_a_user_without_a_factor_adds_an_app_and_signs_in_with_it(mfa_token, call, complete, demanded, jane):
    token = mfa_token()

    body = call("associate", {"authenticator_types": ["otp"]}, token=token).json()

    assert body["authenticator_type"] == "otp"
    assert [len(given) for given in body["recovery_codes"]] == [24]
    parameters = parse_qs(urlsplit(body["barcode_uri"]).query)
    assert parameters["secret"] == [body["secret"]]
    assert (parameters["algorithm"], parameters["digits"], parameters["period"]) == (["SHA1"], ["6"], ["30"])
    # Not before its first code.
    assert not Authenticator.objects.exists()
    assert refused(complete(token, wrong(body["secret"]))) == WRONG_OTP
    assert not Authenticator.objects.exists()

    assert complete(token, code(body["secret"])).status_code == 200

    assert again(jane).multifactor == ["google-authenticator"]
    assert Change.objects.filter(what="multifactor", user=jane).exists()
    assert complete(mfa_token(), body["recovery_codes"][0], grant_type=RECOVERY).status_code == 200
    stored = str(list(MfaToken.objects.values()))
    assert body["secret"] not in stored
    assert body["recovery_codes"][0] not in stored


def test_a_password_alone_does_not_replace_a_factor(mfa_token, call, secret):
    answer = call("associate", {"authenticator_types": ["otp"]}, token=mfa_token())

    assert refused(answer) == (403, "access_denied", "User is already enrolled.")


def test_of_two_apps_that_are_added_at_once_the_first_counts(mfa_token, call, complete, demanded, jane):
    tokens = [mfa_token(), mfa_token()]
    secrets = [
        call("associate", {"authenticator_types": ["otp"]}, token=one).json()["secret"] for one in tokens
    ]
    assert complete(tokens[0], code(secrets[0])).status_code == 200

    assert refused(complete(tokens[1], code(secrets[1]))) == WRONG_OTP


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"authenticator_types": ["oob"], "oob_channels": ["sms"]}, 400),
        ({"authenticator_types": "otp"}, 400),
        ({"authenticator_types": [1, None]}, 400),
        ([], 400),
        ({"authenticator_types": ["oob", "otp"]}, 200),
        ({"authenticator_types": ["otp"], "client_id": "another"}, 400),
    ],
    ids=str,
)
def test_what_may_be_added(mfa_token, call, demanded, body, status):
    assert call("associate", body, token=mfa_token()).status_code == status


def test_a_form_will_do(mfa_token, call, demanded):
    answer = call("associate", {"authenticator_types": "otp"}, token=mfa_token(), as_form=True)

    assert answer.status_code == 200


# Removing a factor


@pytest.fixture
def access_token(mfa_token, complete, settings, shop):
    """`access_token(secret)`: for the MFA API, by a sign-in with the second factor."""

    def sign_in_to_mfa(of, scope="read:authenticators remove:authenticators"):
        answer = complete(mfa_token(audience=f"{ISSUER}mfa/", scope=scope), code(of))
        assert answer.json()["expires_in"] == 600
        return answer.json()["access_token"]

    return sign_in_to_mfa


def test_a_sign_in_with_the_factor_removes_it(access_token, call, secret, jane):
    token = access_token(secret)
    listed = call("authenticators", token=token, method="get").json()

    for refused_id in ("totp|dev_0", "x", "%F0"):
        assert call(f"authenticators/{refused_id}", token=token, method="delete").status_code == 404
    answer = call(f"authenticators/{listed[0]['id'].replace('|', '%7C')}", token=token, method="delete")

    assert (answer.status_code, answer.content) == (204, b"")
    assert not Authenticator.objects.exists()
    assert again(jane).multifactor == []


def test_neither_an_mfa_token_nor_another_access_token_removes_it(
    access_token, mfa_token, complete, call, secret, ask, shop, jane
):
    factor = Authenticator.objects.get(user=jane, type="totp")
    path = f"authenticators/totp%7Cdev_{factor.pk}"
    reads_only = access_token(secret, "read:authenticators")

    assert refused(call(path, token=mfa_token(), method="delete"))[:2] == (401, "invalid_token")
    of_an_api = complete(mfa_token(), code(secret, steps=1)).json()["access_token"]
    assert refused(call(path, token=of_an_api, method="delete"))[:2] == (401, "invalid_token")
    assert refused(call(path, token=reads_only, method="delete"))[:2] == (403, "insufficient_scope")
    assert Authenticator.objects.filter(pk=factor.pk).exists()


def test_a_sign_in_before_the_factor_was_added_does_not_remove_it(ask, shop, call, jane):
    token = ask(of=shop, audience=f"{ISSUER}mfa/").json()["access_token"]
    enrol(jane)
    factor = Authenticator.objects.get(user=jane, type="totp")

    answer = call(f"authenticators/totp%7Cdev_{factor.pk}", token=token, method="delete")

    assert refused(answer)[:2] == (403, "access_denied")
    assert Authenticator.objects.filter(pk=factor.pk).exists()


def test_the_sign_in_has_to_be_recent(access_token, call, secret, jane):
    token = access_token(secret)
    Authorization.objects.update(authenticated_at=timezone.now() - timedelta(minutes=6))
    factor = Authenticator.objects.get(user=jane, type="totp")

    answer = call(f"authenticators/totp%7Cdev_{factor.pk}", token=token, method="delete")

    assert refused(answer)[:2] == (403, "access_denied")


def test_the_factor_of_another_user_or_of_staff_stays(
    access_token, call, secret, jane, stranger, agent, shop
):
    enrol(stranger)
    enrol(agent)
    token = access_token(secret)
    server = ResourceServer.objects.for_audience(f"{ISSUER}mfa/")
    of_the_agent = create_authorization(
        agent, shop, connection=agent.connection, server=server, scope=[], methods=["pwd", "mfa"]
    )
    of_staff = user_access_token(of_the_agent, ["remove:authenticators"])
    [theirs], [of_agent] = (
        Authenticator.objects.filter(user=user, type="totp") for user in (stranger, agent)
    )

    assert call(f"authenticators/totp%7Cdev_{theirs.pk}", token=token, method="delete").status_code == 404
    answer = call(f"authenticators/totp%7Cdev_{of_agent.pk}", token=of_staff, method="delete")
    assert refused(answer)[:2] == (403, "access_denied")
    assert Authenticator.objects.filter(pk__in=[theirs.pk, of_agent.pk]).count() == 2


# With a refresh token


def test_a_refresh_goes_on_with_the_code_and_the_token_is_replaced_then(
    sign_in, ask, complete, jane, shop, verified
):
    first = sign_in(scope="openid read:songs offline_access").json()
    secret = enrol(jane)
    asked = {"of": shop, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    refresh = {"username": ..., "password": ..., "audience": ..., **asked}
    mfa_token = ask(**refresh).json()["mfa_token"]
    assert first["refresh_token"] not in mfa_token
    assert RefreshTokenSecret.objects.get().replaced_at is None

    body = complete(mfa_token, code(secret)).json()

    assert body["refresh_token"] != first["refresh_token"]
    before, after = (verified(tokens["id_token"], shop.client_id) for tokens in (first, body))
    assert before["auth_time"] == after["auth_time"]
    assert Authorization.objects.get().methods == ["mfa", "pwd"]
    assert again(jane).logins_count == 1
    # The factor has been given for this authorization.
    again_refreshed = ask(**{**refresh, "refresh_token": body["refresh_token"]})
    assert again_refreshed.status_code == 200
    assert refused(ask(**refresh))[:2] == (403, "invalid_grant")
