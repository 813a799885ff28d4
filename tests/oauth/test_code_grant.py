"""The authorization code grant: one exchange for the application that asked, and for no one else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from tests.conftest import SHELL
from tests.oauth.answers import SECRET, SONGS, refused
from tests.oauth.sign_in_browser import CALLBACK, VERIFIER, answer_of, authorize, exchange, sign_in
from users.actions.account.block_user import block_user
from users.models import Authorization, AuthorizationCode, LogEvent

INVALID = (403, "invalid_grant", "Invalid authorization code")
UNVERIFIED = (403, "invalid_grant", "Failed to verify code verifier")


@pytest.fixture
def code(browser, spa, jane) -> str:
    return answer_of(sign_in(browser(), spa, jane))["code"]


def test_jane_signs_in_and_the_application_learns_who_she_is(browser, spa, jane, songs, verified):
    window = browser()
    answer = answer_of(
        sign_in(window, spa, jane, audience=SONGS, scope="openid email read:songs nonsense", nonce="n-1")
    )
    assert answer["state"] == "s-1"

    tokens = exchange(browser(), spa, answer["code"]).json()

    claims = verified(tokens["id_token"], spa.client_id)
    assert (claims["sub"], claims["email"], claims["nonce"]) == (jane.user_id, jane.email, "n-1")
    assert claims["sid"].startswith("ses_")
    assert verified(tokens["access_token"], SONGS)["scope"] == "openid email read:songs"
    assert (tokens["token_type"], tokens["scope"]) == ("Bearer", "openid email read:songs")
    assert [event.type for event in LogEvent.objects.order_by("id")] == ["s", "seacft"]


def test_an_id_token_has_no_nonce_where_none_was_sent(browser, spa, code, verified):
    claims = verified(exchange(browser(), spa, code).json()["id_token"], spa.client_id)

    assert "nonce" not in claims


def test_a_confidential_client_needs_its_secret(browser, web, jane):
    plain = {"code_challenge": ..., "code_challenge_method": ...}
    window = browser()
    first = answer_of(sign_in(window, web, jane, **plain))["code"]
    assert exchange(browser(), web, first, code_verifier=...).status_code == 401

    good = exchange(browser(), web, first, code_verifier=..., client_secret=SECRET)

    assert good.status_code == 200


def test_a_code_works_once_and_a_replay_revokes_its_tokens(browser, spa, code):
    assert exchange(browser(), spa, code).status_code == 200

    assert refused(exchange(browser(), spa, code)) == INVALID
    assert Authorization.objects.get().revoked_at is not None


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"code_verifier": "w" * 43}, UNVERIFIED),
        ({"code_verifier": ...}, UNVERIFIED),
        ({"code_verifier": "short"}, UNVERIFIED),
        ({"redirect_uri": "https://shop.example/other"}, INVALID),
        ({"redirect_uri": f"{CALLBACK}/"}, INVALID),
    ],
    ids=["wrong verifier", "no verifier", "short verifier", "other redirect", "slash"],
)
def test_a_wrong_exchange_spends_the_code(browser, spa, code, changed, answer):
    assert refused(exchange(browser(), spa, code, **changed)) == answer

    assert refused(exchange(browser(), spa, code)) == INVALID


def test_a_code_is_no_good_to_another_client(browser, spa, code, make_app):
    thief = make_app(is_public=True, callbacks=[CALLBACK], grant_types=["authorization_code"])

    assert refused(exchange(browser(), thief, code)) == INVALID
    assert refused(exchange(browser(), spa, code)) == INVALID


def test_a_challenge_that_was_removed_on_the_way_is_noticed(browser, web, jane):
    answer = sign_in(browser(), web, jane, code_challenge=..., code_challenge_method=...)

    response = exchange(
        browser(), web, answer_of(answer)["code"], client_secret=SECRET, code_verifier=VERIFIER
    )

    assert refused(response) == UNVERIFIED


def test_a_code_lives_for_a_minute(browser, spa, code):
    AuthorizationCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert refused(exchange(browser(), spa, code)) == INVALID


def test_a_code_of_a_user_who_was_blocked_meanwhile_gets_nothing(browser, spa, code, jane):
    block_user(jane, actor=SHELL)

    assert refused(exchange(browser(), spa, code)) == INVALID


def test_only_the_hash_of_a_code_is_stored(browser, spa, code):
    assert code not in str(AuthorizationCode.objects.values().get())


@pytest.mark.parametrize("wrong", ["", "x" * 600, "a\0b", "ünknown"])
def test_what_is_no_code_is_refused(browser, spa, wrong):
    response = exchange(browser(), spa, wrong)

    assert response.status_code in (400, 403)
    assert response.json()["error"] in ("invalid_request", "invalid_grant")


def test_a_failed_exchange_is_logged(browser, spa, code):
    exchange(browser(), spa, code, code_verifier="w" * 43)

    assert LogEvent.objects.filter(type="feacft", client_id=spa.client_id).exists()


def test_the_grant_must_be_enabled(browser, make_app, jane):
    without = make_app(is_public=True, callbacks=[CALLBACK], grant_types=[])

    answer = answer_of(authorize(browser(), without))

    assert (answer["error"], answer["state"]) == ("unauthorized_client", "s-1")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_exchanges_at_once_one_wins(browser, spa, code):
    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(_exchange_alone, browser(), spa, code) for _ in range(2)]
        answers = sorted(one.result() for one in tries)

    assert answers == [200, 403]
    assert Authorization.objects.get().revoked_at is not None


def _exchange_alone(window, client, code: str) -> int:
    try:
        return exchange(window, client, code).status_code
    finally:
        database.close()
