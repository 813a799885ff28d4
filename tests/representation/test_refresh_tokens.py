"""Auth0's `refresh_token` object of a client: its defaults, and what each type of client may have."""

from __future__ import annotations

from datetime import timedelta

import pytest

from users.models import Client
from users.representation.refresh_tokens import (
    RefreshTokenPolicy,
    explain_refused_refresh_token,
    serialize_refresh_token,
)

DAY = 86_400
LIVING = {"rotation_type": "rotating", "expiration_type": "expiring"}


def client(app_type="regular_web", **refresh_token) -> Client:
    return Client(app_type=app_type, refresh_token=refresh_token)


def test_a_new_client_has_auth0s_defaults():
    assert serialize_refresh_token(client()) == {
        "rotation_type": "non-rotating",
        "expiration_type": "non-expiring",
        "leeway": 0,
        "token_lifetime": 30 * DAY,
        "infinite_token_lifetime": True,
        "infinite_idle_token_lifetime": True,
        "idle_token_lifetime": 15 * DAY,
    }
    assert RefreshTokenPolicy.of(client()) == RefreshTokenPolicy(False, timedelta(0), None, None)


def test_tokens_that_expire_have_both_lifetimes():
    shown = serialize_refresh_token(client(**LIVING, leeway=5, token_lifetime=100))

    assert (shown["infinite_token_lifetime"], shown["infinite_idle_token_lifetime"]) == (False, False)
    assert RefreshTokenPolicy.of(client(**LIVING, leeway=5, token_lifetime=100)) == RefreshTokenPolicy(
        True, timedelta(seconds=5), timedelta(seconds=100), timedelta(days=15)
    )


def test_infinite_beats_the_number():
    policy = RefreshTokenPolicy.of(client(**LIVING, infinite_token_lifetime=True, token_lifetime=100))

    assert (policy.lifetime, policy.idle_lifetime) == (None, timedelta(days=15))


@pytest.mark.parametrize(
    "stored", [{}, {"rotation_type": "non-rotating", "infinite_token_lifetime": True}], ids=str
)
def test_those_of_a_page_always_rotate_and_expire(stored):
    assert RefreshTokenPolicy.of(client("spa", **stored)) == RefreshTokenPolicy(
        True, timedelta(0), timedelta(days=30), timedelta(days=15)
    )


@pytest.mark.parametrize(
    ("given", "app_type", "word"),
    [
        ({**LIVING, "rotation_type": "non-rotating"}, "spa", "rotate"),
        ({**LIVING, "expiration_type": "non-expiring"}, "spa", "expire"),
        ({**LIVING, "infinite_idle_token_lifetime": True}, "spa", "infinite"),
        ({**LIVING, "policies": [{"audience": "x", "scope": []}]}, "native", "policies"),
    ],
)
def test_what_a_client_cannot_have_is_explained(given, app_type, word):
    assert word in (explain_refused_refresh_token(given, app_type) or "")


@pytest.mark.parametrize(
    ("given", "app_type"),
    [(None, "spa"), (LIVING, "spa"), ({**LIVING, "rotation_type": "non-rotating"}, "native"), ([], "spa")],
)
def test_everything_else_is_left_to_the_schema(given, app_type):
    assert explain_refused_refresh_token(given, app_type) is None
