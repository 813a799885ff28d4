"""Post-login hooks at the token endpoint: claims, denials, a demanded factor."""

from __future__ import annotations

import pytest

from tests.oauth.answers import ISSUER, MANAGEMENT, SONGS, refused
from users.models import Authorization, LogEvent
from users.sign_in import hooks
from users.sign_in.hooks import PostLoginResult
from users.sign_in.outcomes import SignInDenied
from users.sign_in.progress import SignIn

PLAN = "https://app.example/plan"


@pytest.fixture
def post_login(monkeypatch):
    """Names these functions as the post-login hooks, in this order."""
    return lambda *functions: monkeypatch.setattr(hooks, "POST_LOGIN", functions)


def test_claims_go_into_the_token_that_they_are_for(ask, app, jane, songs, post_login, verified):
    def plan(sign_in: SignIn) -> PostLoginResult:
        claims = {PLAN: sign_in.user.app_metadata["plan"]}
        return PostLoginResult(id_token=claims, access_token={"hobby": sign_in.user.user_metadata["hobby"]})

    post_login(plan)
    answer = ask(scope="openid read:songs", audience=SONGS).json()

    in_id_token = verified(answer["id_token"], app.client_id)
    in_access_token = verified(answer["access_token"], SONGS)
    assert (in_id_token[PLAN], "hobby" in in_id_token) == ("full", False)
    assert (in_access_token["hobby"], PLAN in in_access_token) == ("surfing", False)


def test_no_claim_of_ours_is_changed(ask, app, jane, stranger, post_login, verified):
    """Nor is one added on which those who verify a token rely."""
    forged = {
        **{"sub": stranger.user_id, "aud": "https://elsewhere.example/", "iss": "https://evil.example/"},
        **{"scope": "update:users", "gty": "client-credentials", "azp": "another", "exp": 2**40, "iat": 0},
        **{
            "permissions": ["update:users"],
            "token_generation": 1,
            "authorization_id": "azn_1",
            "auth_time": 0,
            "at_hash": "x",
        },
        "email": "stranger@example.com",
    }
    post_login(lambda _: PostLoginResult(id_token=forged, access_token=forged))

    answer = ask(scope="openid email read:current_user").json()

    id_token = verified(answer["id_token"], app.client_id)
    assert (id_token["sub"], id_token["iss"], id_token["email"]) == (jane.user_id, ISSUER, jane.email)
    assert id_token["exp"] < 2**40
    assert id_token["auth_time"] > 0
    access_token = verified(answer["access_token"], MANAGEMENT)
    assert (access_token["sub"], access_token["azp"], access_token["gty"]) == (
        *(jane.user_id, app.client_id, "password"),
    )
    assert access_token["scope"] == "openid email read:current_user"
    assert access_token["token_generation"] == jane.token_generation
    assert access_token["auth_time"] > 0
    assert access_token["authorization_id"] == Authorization.objects.get().authorization_id
    assert "permissions" not in access_token


@pytest.mark.parametrize(("error", "status"), [("unauthorized", 401), ("access_denied", 403)])
def test_a_denial_is_answered_in_auth0s_words(ask, jane, post_login, error, status):
    def deny(_: SignIn) -> PostLoginResult:
        raise SignInDenied("Please verify your email.", error=error)

    post_login(deny)

    assert refused(ask()) == (status, error, "Please verify your email.")
    event = LogEvent.objects.get()  # one, since the grant does not log it a second time
    assert (event.type, event.user_id, event.description) == (
        *("f", jane.user_id, "Please verify your email."),
    )


def test_a_demanded_factor_has_to_be_added_first_by_a_user_who_has_none(ask, post_login):
    post_login(lambda _: PostLoginResult(demands_second_factor=True))

    answer = ask()

    assert (answer.status_code, answer.json()["error"]) == (403, "mfa_required")
    assert answer.json()["mfa_requirements"] == {"enroll": [{"type": "otp"}]}


def test_hooks_do_not_run_for_a_client_that_acts_for_itself(ask, make_client, post_login):
    post_login(pytest.fail)

    assert ask(of=make_client(), grant_type="client_credentials", client_secret="s3cret").status_code == 200
