"""`POST /oauth/token` with a refresh token: who stays signed in, and which token ends what."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from urllib.parse import quote

import pytest
from django.db import DatabaseError, connection
from django.test import Client as Browser
from django.utils import timezone

from tests.actions.account.test_threads import at_once
from tests.api.answers import at
from tests.conftest import PASSWORD, Api, again
from tests.mailbox import deliver
from tests.oauth.answers import MANAGEMENT, PASSWORD_GRANT, SONGS, refused
from tests.oauth.sign_in_browser import answer_of, exchange
from tests.oauth.sign_in_browser import sign_in as sign_in_in_browser
from tests.second_factor import enrol
from users.actions.account.block_user import block_user, unblock_user
from users.actions.account.delete_user import delete_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.authorizations import refresh_tokens
from users.actions.authorizations.authorizations import create_authorization
from users.actions.authorizations.refresh_tokens import (
    Device,
    InvalidRefreshToken,
    exchange_refresh_token,
    find_refresh_token,
    issue_refresh_token,
)
from users.models import (
    Authorization,
    Client,
    Connection,
    Job,
    LogEvent,
    RefreshToken,
    RefreshTokenSecret,
    ResourceServer,
)
from users.rights.actor import command_actor
from users.sign_in import hooks
from users.sign_in.hooks import PostLoginResult
from users.sign_in.outcomes import SignInDenied

SHELL = command_actor("tests")
INVALID = (403, "invalid_grant", "Unknown or invalid refresh token.")
ROTATING = {"rotation_type": "rotating", "expiration_type": "non-expiring"}
SCOPE = "openid email read:songs offline_access"


@pytest.fixture
def music(songs) -> ResourceServer:
    songs.allow_offline_access = True
    songs.save()
    return songs


@pytest.fixture
def make_player(make_app, music):
    """An application that may refresh; `settings` is Auth0's `refresh_token` object."""

    def make(settings=ROTATING, **columns) -> Client:
        return make_app(
            **{"grant_types": [PASSWORD_GRANT, "refresh_token"], "refresh_token": settings, **columns}
        )

    return make


@pytest.fixture
def player(make_player) -> Client:
    return make_player()


@pytest.fixture
def sign_in(ask, player):
    """The answer to a password."""
    return lambda **changed: ask(**{"of": player, "audience": SONGS, "scope": SCOPE, **changed}).json()


@pytest.fixture
def refresh(ask, player):
    """Presents a refresh token."""

    def present(token, **changed):
        given = {"grant_type": "refresh_token", "refresh_token": token, "of": player}
        return ask(**{**given, "username": ..., "password": ..., "audience": ..., **changed})

    return present


def configure(client, **settings):
    Client.objects.filter(pk=client.pk).update(refresh_token={**ROTATING, **settings})


def make_older(**by):
    """Move the one refresh token, and its secrets, into the past."""
    past = timedelta(**by)
    for token in RefreshToken.objects.all():
        token.created_at -= past
        token.expires_at = token.expires_at and token.expires_at - past
        token.last_exchanged_at = token.last_exchanged_at and token.last_exchanged_at - past
        token.save()
    for secret in RefreshTokenSecret.objects.exclude(replaced_at=None):
        secret.replaced_at -= past
        secret.save()


def types():
    return [event.type for event in LogEvent.objects.order_by("pk")]


# Who gets one


def test_offline_access_brings_one_of_which_only_hashes_are_stored(sign_in, jane, player):
    answer = sign_in()

    family, secret = answer["refresh_token"].split(".")
    stored = str(list(RefreshToken.objects.values())) + str(list(RefreshTokenSecret.objects.values()))
    assert answer["scope"] == "openid email read:songs offline_access"
    assert family not in stored
    assert secret not in stored


@pytest.mark.parametrize("missing", ["the grant", "the API's leave", "the scope"])
def test_without_one_of_the_three_there_is_none_and_no_error(sign_in, player, music, missing):
    if missing == "the grant":
        Client.objects.filter(pk=player.pk).update(grant_types=[PASSWORD_GRANT])
    if missing == "the API's leave":
        ResourceServer.objects.filter(pk=music.pk).update(allow_offline_access=False)

    answer = sign_in(scope="read:songs") if missing == "the scope" else sign_in()

    assert "refresh_token" not in answer
    assert "offline_access" not in answer["scope"]
    assert not RefreshToken.objects.exists()


def test_without_an_api_the_client_alone_decides(sign_in):
    assert "refresh_token" in sign_in(audience=..., scope="openid offline_access")


def test_two_kinds_at_once_are_refused(ask, player):
    answer = ask(of=player, scope="online_access offline_access")

    text = "Cannot request both online_access and offline_access scopes"
    assert refused(answer) == (400, "invalid_request", text)


def test_a_client_that_acts_for_itself_gets_none(ask, make_client):
    answer = ask(of=make_client("read:users"), grant_type="client_credentials", scope="read:users")

    assert "refresh_token" not in answer.json()


# What it brings


def test_it_brings_new_tokens_of_the_same_sign_in(sign_in, refresh, player, jane, verified):
    first = sign_in()
    answer = refresh(first["refresh_token"])

    body = answer.json()
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    assert body.keys() == {
        *("access_token", "refresh_token", "id_token", "scope", "expires_in", "token_type")
    }
    assert body["scope"] == SCOPE
    before, after = (verified(tokens["id_token"], player.client_id) for tokens in (first, body))
    same = ("sub", "auth_time", "token_generation", "email")
    assert {name: before[name] for name in same} == {name: after[name] for name in same}
    assert not {"nonce", "azp"} & (before.keys() | after.keys())
    access = verified(body["access_token"], SONGS)
    assert access["authorization_id"] == Authorization.objects.get().authorization_id
    assert access["scope"] == SCOPE


def test_the_time_of_the_sign_in_never_moves(sign_in, refresh, player, verified):
    first = sign_in()
    Authorization.objects.update(authenticated_at=timezone.now() - timedelta(days=3))

    claims = verified(refresh(first["refresh_token"]).json()["id_token"], player.client_id)

    assert claims["iat"] - claims["auth_time"] >= 3 * 86_400


def test_it_is_logged_and_not_counted_as_a_sign_in(sign_in, refresh, jane):
    token = sign_in()["refresh_token"]
    before = again(jane)

    refresh(token)

    event = LogEvent.objects.get(type="sertft")
    assert (event.user_id, event.audience, event.scope) == (jane.user_id, SONGS, SCOPE)
    after = again(jane)
    assert (
        (after.logins_count, after.last_login)
        == (before.logins_count, before.last_login)
        == (1, after.last_login)
    )
    assert types() == ["sepft", "sertft"]


def test_scopes_may_be_narrowed_for_once_and_never_widened(sign_in, refresh):
    token = sign_in(scope="openid read:songs offline_access")["refresh_token"]

    narrow = refresh(token, scope="read:songs")
    token = narrow.json()["refresh_token"]
    wide = refresh(token, scope="read:songs write:songs")

    assert narrow.json()["scope"] == "read:songs"
    assert "id_token" not in narrow.json()
    assert refused(wide)[:2] == (403, "invalid_scope")
    assert refresh(token).json()["scope"] == "openid read:songs offline_access"


def test_a_permission_that_was_removed_is_in_no_new_token(sign_in, refresh, music):
    token = sign_in()["refresh_token"]
    ResourceServer.objects.filter(pk=music.pk).update(enforce_policies=True)

    assert refresh(token).json()["scope"] == "openid email offline_access"


def test_the_audience_may_be_repeated_and_no_other_one_named(sign_in, refresh):
    token = sign_in()["refresh_token"]

    assert refused(refresh(token, audience=MANAGEMENT))[:2] == (403, "access_denied")
    assert refresh(token, audience=SONGS).status_code == 200


# Rotation


def test_at_the_management_api_a_refreshed_token_holds_current_user_scopes_alone(
    sign_in, refresh, api, jane, administrator, verified
):
    staff = Api(Browser(), api("update:resource_servers").token)
    path = f"/api/v2/resource-servers/{quote(MANAGEMENT, safe='')}"
    assert staff.patch(path, {"allow_offline_access": True, "token_lifetime": 600}).status_code == 200
    wanted = "openid read:current_user update:current_user_metadata read:users update:users offline_access"
    first = sign_in(audience=MANAGEMENT, scope=wanted)

    answer = refresh(first["refresh_token"]).json()

    held = "openid read:current_user update:current_user_metadata offline_access"
    claims = verified(answer["access_token"], MANAGEMENT)
    assert (answer["scope"], claims["scope"], answer["expires_in"]) == (held, held, 600)
    own = Api(Browser(), answer["access_token"])
    assert own.patch(at(jane), {"user_metadata": {"hobby": "chess"}}).status_code == 200
    assert own.patch(at(jane), {"app_metadata": {"plan": "full"}}).status_code == 403
    assert own.get(at(administrator)).status_code == 403
    assert own.get("/api/v2/users").status_code == 403
    # Once the API allows no refresh tokens, those that exist bring nothing more.
    assert staff.patch(path, {"allow_offline_access": False}).status_code == 200
    assert refused(refresh(answer["refresh_token"])) == INVALID


def test_each_exchange_replaces_the_token(sign_in, refresh):
    token, seen = sign_in()["refresh_token"], set()
    for _ in range(3):
        seen.add(token)
        token = refresh(token).json()["refresh_token"]

    assert token not in seen
    assert len(seen) == 3
    assert RefreshToken.objects.count() == 1


def test_a_replaced_token_ends_the_family_and_the_access_tokens(sign_in, refresh, jane, player, browser):
    first = sign_in()["refresh_token"]
    second = refresh(first).json()["refresh_token"]

    assert refused(refresh(first)) == INVALID

    assert refused(refresh(second)) == INVALID
    assert Authorization.objects.get().revoked_at is not None
    event = LogEvent.objects.get(type="ferrt")
    assert (event.user_id, event.client_id) == (jane.user_id, player.client_id)
    assert event.details["family_id"] == RefreshToken.objects.get().token_id


def test_the_user_gets_one_email_about_it(sign_in, refresh, jane, player, settings):
    settings.IS_EMAIL_CONFIGURED = True
    first = sign_in()["refresh_token"]
    refresh(first)
    for _ in range(3):
        assert refused(refresh(first)) == INVALID

    (letter,) = deliver()
    assert (letter.to, letter.subject) == ([jane.email], f"You were signed out of {player.name}")
    assert first not in letter.body


def test_without_email_the_reuse_is_logged_only(sign_in, refresh, settings):
    settings.IS_EMAIL_CONFIGURED = False
    first = sign_in()["refresh_token"]
    refresh(first)

    assert refused(refresh(first)) == INVALID
    assert "ferrt" in types()
    assert not Job.objects.exists()


def test_a_secret_that_the_family_never_had_is_taken_for_an_old_one(sign_in, refresh):
    """Old secrets are deleted after a day."""
    first = sign_in()["refresh_token"]
    second = refresh(first).json()["refresh_token"]
    make_older(days=2)
    third = refresh(second).json()["refresh_token"]
    assert RefreshTokenSecret.objects.count() == 2

    assert refused(refresh(first)) == INVALID
    assert refused(refresh(third)) == INVALID
    assert "ferrt" in types()


def test_within_the_leeway_the_previous_token_brings_another_one(sign_in, refresh, player):
    configure(player, leeway=60)
    first = sign_in()["refresh_token"]

    second, also_second = (refresh(first).json()["refresh_token"] for _ in range(2))

    assert second != also_second
    assert refresh(second).status_code == refresh(also_second).status_code == 200


def test_the_leeway_begins_with_the_first_exchange_and_ends(sign_in, refresh, player):
    configure(player, leeway=60)
    first = sign_in()["refresh_token"]
    refresh(first)
    make_older(seconds=40)
    assert refresh(first).status_code == 200
    make_older(seconds=40)

    assert refused(refresh(first)) == INVALID


def test_the_leeway_is_for_the_previous_token_alone(sign_in, refresh, player):
    configure(player, leeway=60)
    first = sign_in()["refresh_token"]
    second = refresh(first).json()["refresh_token"]
    third = refresh(second).json()["refresh_token"]

    assert refused(refresh(first)) == INVALID
    assert refused(refresh(third)) == INVALID


def test_a_token_that_does_not_rotate_is_answered_again(sign_in, refresh, make_player):
    shop = make_player({})
    token = sign_in(of=shop)["refresh_token"]

    answers = [refresh(token, of=shop).json() for _ in range(2)]

    assert [answer["refresh_token"] for answer in answers] == [token, token]
    assert RefreshTokenSecret.objects.get().replaced_at is None


@pytest.mark.parametrize(
    ("before", "after"),
    [("non-rotating", "rotating"), ("rotating", "non-rotating")],
)
def test_after_a_change_of_type_a_token_is_swapped_and_its_siblings_end(
    sign_in, refresh, player, stranger, before, after
):
    configure(player, rotation_type=before)
    token, sibling = (sign_in()["refresh_token"] for _ in range(2))
    of_another_user = sign_in(username=stranger.email)["refresh_token"]
    configure(player, rotation_type=after)

    swapped = refresh(token).json()["refresh_token"]

    assert swapped != token
    assert refused(refresh(sibling)) == INVALID
    assert refresh(of_another_user).status_code == 200
    next_one = refresh(swapped).json()["refresh_token"]
    assert (next_one == swapped) == (after == "non-rotating")
    assert refused(refresh(token)) == INVALID


# Lifetimes


def test_a_family_ends_after_its_lifetime_however_often_it_is_used(sign_in, refresh, player):
    configure(player, expiration_type="expiring", token_lifetime=1000, idle_token_lifetime=800)
    token = sign_in()["refresh_token"]
    make_older(seconds=700)
    token = refresh(token).json()["refresh_token"]
    # Fixed when the first token was issued.
    configure(player, expiration_type="expiring", token_lifetime=100_000, idle_token_lifetime=800)
    make_older(seconds=400)

    assert refused(refresh(token)) == INVALID
    # Expired, and not reused: nothing is revoked.
    assert Authorization.objects.get().revoked_at is None


def test_an_idle_token_ends_by_the_lifetime_of_today(sign_in, refresh, player):
    configure(player, expiration_type="expiring", idle_token_lifetime=100)
    token = sign_in()["refresh_token"]
    make_older(seconds=90)
    token = refresh(token).json()["refresh_token"]
    make_older(seconds=90)
    token = refresh(token).json()["refresh_token"]
    make_older(seconds=90)
    configure(player, expiration_type="expiring", idle_token_lifetime=80)

    assert refused(refresh(token)) == INVALID


def test_the_authorization_outlives_its_last_token(sign_in, player):
    sign_in()
    assert Authorization.objects.latest("pk").expires_at is None
    configure(player, expiration_type="expiring")
    sign_in()

    latest = Authorization.objects.latest("pk")
    assert latest.expires_at - latest.refresh_token.expires_at > timedelta(minutes=10)


def test_the_oldest_goes_beyond_two_hundred_of_one_user_and_client(sign_in, refresh, monkeypatch):
    monkeypatch.setattr(refresh_tokens, "MAX_TOKENS", 2)

    first, second, third = (sign_in()["refresh_token"] for _ in range(3))

    assert refused(refresh(first)) == INVALID
    assert refresh(second).status_code == refresh(third).status_code == 200


# Ended


def test_of_another_client_it_is_unknown_and_stays_valid(sign_in, refresh, make_player):
    token = sign_in()["refresh_token"]

    assert refused(refresh(token, of=make_player())) == INVALID
    assert refresh(token).status_code == 200


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda user: edit_user(user, Edit(password="Plum-Tart-77"), actor=SHELL), id="password"),
        pytest.param(lambda user: delete_user(user, actor=SHELL), id="deleted"),
        pytest.param(lambda user: Authorization.objects.update(revoked_at=timezone.now()), id="revoked"),
    ],
)
def test_it_ends_with_the_access_of_its_user(sign_in, refresh, jane, end):
    token = sign_in()["refresh_token"]

    end(jane)

    assert refused(refresh(token)) == INVALID


def test_a_blocked_user_is_named_so_and_an_unblocked_one_has_to_sign_in(sign_in, refresh, jane):
    token = sign_in()["refresh_token"]
    block_user(jane, actor=SHELL)

    assert refused(refresh(token)) == (403, "invalid_grant", "user is blocked")
    assert LogEvent.objects.filter(type="fertft", user_id=jane.user_id).count() == 1
    assert again(jane).logins_count == 1

    unblock_user(again(jane), actor=SHELL)
    assert refused(refresh(token)) == INVALID


def test_it_ends_with_the_leave_of_its_api_and_client(sign_in, refresh, player, music):
    token = sign_in()["refresh_token"]
    ResourceServer.objects.filter(pk=music.pk).update(allow_offline_access=False)
    assert refused(refresh(token)) == INVALID

    ResourceServer.objects.filter(pk=music.pk).update(allow_offline_access=True)
    assert refresh(token).status_code == 200

    Client.objects.filter(pk=player.pk).update(grant_types=[PASSWORD_GRANT])
    assert refused(refresh(token))[:2] == (403, "unauthorized_client")


@pytest.mark.parametrize(
    "token",
    ["x", ".", "a.b", "x" * 70_000 + ".", f"{'a' * 22}.{'b' * 43}", "ä" * 22 + "." + "ö" * 43, "१" * 22],
    ids=lambda token: token[:6].encode("unicode_escape").decode(),
)
def test_what_is_no_token_of_ours_is_refused_in_one_text(refresh, token):
    answer = refresh(token)

    assert answer.status_code == 413 if len(token) > 60_000 else refused(answer) == INVALID


def test_none_at_all_is_a_missing_parameter(refresh):
    text = "Missing required parameter: refresh_token"
    assert refused(refresh(...)) == (400, "invalid_request", text)


def test_an_unknown_token_is_logged(refresh, player):
    refresh("x")

    assert (LogEvent.objects.get().type, LogEvent.objects.get().client_id) == ("fertft", player.client_id)


def test_no_token_is_in_the_log_of_the_server(sign_in, refresh, caplog):
    caplog.set_level(logging.DEBUG)
    first = sign_in()["refresh_token"]
    second = refresh(first).json()["refresh_token"]
    refresh(first)

    for token in (first, second):
        assert token not in caplog.text
        assert token.split(".")[1] not in caplog.text
    assert PASSWORD not in caplog.text


# Failures leave the token as it was


def test_a_denial_by_a_hook_leaves_the_token_valid(sign_in, refresh, monkeypatch):
    token = sign_in()["refresh_token"]

    def deny(_):
        raise SignInDenied("Not today.")

    monkeypatch.setattr(hooks, "POST_LOGIN", [deny])
    assert refused(refresh(token)) == (403, "access_denied", "Not today.")
    assert types()[-1] == "fertft"

    monkeypatch.setattr(hooks, "POST_LOGIN", [])
    assert refresh(token).status_code == 200


def test_a_failed_write_leaves_the_token_valid(sign_in, refresh, monkeypatch):
    token = sign_in()["refresh_token"]

    def fail(*_, **__):
        raise DatabaseError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(refresh_tokens, "_log", fail)
        with pytest.raises(DatabaseError):
            refresh(token)

    assert refresh(token).status_code == 200
    assert "ferrt" not in types()


# Hooks and the second factor


def test_hooks_run_again_and_their_claims_are_stored(sign_in, refresh, player, monkeypatch, verified):
    name = "https://app.example/visits"
    visits = iter(range(1, 9))
    hook = lambda _: PostLoginResult(id_token={name: next(visits)}, access_token={"level": 7})  # noqa: E731
    monkeypatch.setattr(hooks, "POST_LOGIN", [hook])
    first = sign_in()

    second = refresh(first["refresh_token"]).json()

    assert verified(first["id_token"], player.client_id)[name] == 1
    assert verified(second["id_token"], player.client_id)[name] == 2
    assert verified(second["access_token"], SONGS)["level"] == 7
    stored = Authorization.objects.get()
    assert (stored.id_token_claims, stored.access_token_claims) == ({name: 2}, {"level": 7})


def test_no_refresh_goes_around_a_second_factor(sign_in, refresh, jane):
    token = sign_in()["refresh_token"]
    enrol(jane)

    answer = refresh(token)

    body = answer.json()
    assert (answer.status_code, body["error"]) == (403, "mfa_required")
    assert body["error_description"] == "Multifactor authentication required"
    assert "access_token" not in body
    assert "refresh_token" not in body
    # Nothing has been replaced yet.
    assert RefreshTokenSecret.objects.get().replaced_at is None
    assert refresh(token).json()["error"] == "mfa_required"


# Two at once


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("leeway", [0, 60])
def test_of_two_at_once_one_wins_and_the_family_survives_within_the_leeway(jane, player, music, leeway):
    configure(player, leeway=leeway)
    client = Client.objects.get(pk=player.pk)
    authorization = create_authorization(
        jane, client, connection=Connection.objects.get(), server=music, scope=["openid"], methods=["pwd"]
    )
    text = issue_refresh_token(authorization, device=Device())
    presented = [find_refresh_token(text, client=client, device=Device()) for _ in range(2)]

    results = at_once(
        [
            partial(
                exchange_refresh_token,
                secret,
                text=text,
                methods=["pwd"],
                id_token_claims={},
                access_token_claims={},
                device=Device(),
                scope=["openid"],
            )
            for secret in presented
        ]
    )

    refusals = [result for result in results if isinstance(result, Exception)]
    tokens = [result[1] for result in results if not isinstance(result, Exception)]
    if leeway:
        assert refusals == []
        assert len(set(tokens)) == 2
        assert Authorization.objects.get().revoked_at is None
    else:
        [refusal] = refusals
        assert isinstance(refusal, InvalidRefreshToken)
        assert len(tokens) == 1
        assert Authorization.objects.get().revoked_at is not None
        with pytest.raises(InvalidRefreshToken):
            find_refresh_token(tokens[0], client=client, device=Device())


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_exchange_and_a_deletion_at_once_both_end_well(jane, player, music):
    client = Client.objects.get(pk=player.pk)
    authorization = create_authorization(
        jane, client, connection=Connection.objects.get(), server=music, scope=[], methods=["pwd"]
    )
    text = issue_refresh_token(authorization, device=Device())
    presented = find_refresh_token(text, client=client, device=Device())
    given = {"methods": ["pwd"], "id_token_claims": {}, "access_token_claims": {}, "scope": []}

    exchanged, deleted = at_once(
        [
            partial(exchange_refresh_token, presented, text=text, device=Device(), **given),
            partial(delete_user, jane, actor=SHELL),
        ]
    )

    assert deleted is None
    assert isinstance(exchanged, tuple | InvalidRefreshToken)
    assert not RefreshTokenSecret.objects.exists()


# After a sign-in in the browser


def test_a_page_stays_signed_in_and_its_tokens_rotate_whatever_is_set(browser, spa, jane, music, verified):
    grants = ["authorization_code", "refresh_token"]
    Client.objects.filter(pk=spa.pk).update(grant_types=grants, refresh_token={})
    scope = "openid read:songs offline_access"
    answer = answer_of(sign_in_in_browser(browser(), spa, jane, audience=SONGS, scope=scope, nonce="n-1"))
    first = exchange(browser(), spa, answer["code"]).json()

    body = {
        "grant_type": "refresh_token",
        "client_id": spa.client_id,
        "refresh_token": first["refresh_token"],
    }
    second = browser().post("/oauth/token", body).json()

    assert second["refresh_token"] != first["refresh_token"]
    before, after = (verified(tokens["id_token"], spa.client_id) for tokens in (first, second))
    for claim in ("sub", "sid", "auth_time"):
        assert before[claim] == after[claim]
    assert (before["nonce"], "nonce" in after) == ("n-1", False)
    assert refused(browser().post("/oauth/token", body)) == INVALID
    access = {"HTTP_AUTHORIZATION": f"Bearer {second['access_token']}"}
    assert browser().get("/userinfo", **access).status_code == 401


def test_an_exchange_takes_ten_queries_a_savepoint_and_a_lock(sign_in, refresh, django_assert_num_queries):
    token = refresh(sign_in()["refresh_token"]).json()["refresh_token"]

    # SQLite has no locks on rows.
    with django_assert_num_queries(13 if connection.features.has_select_for_update else 12):
        assert refresh(token).status_code == 200
