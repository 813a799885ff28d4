"""What has to be asked of a user before an application gets its answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from users.models import Client, Connection, User
from users.sign_in.authorization import (
    MFA_ACR,
    AuthorizationParameters,
    Page,
    SsoSession,
    needs_consent,
    needs_fresh_second_factor,
    page_to_show,
)
from users.sign_in.progress import Method

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
SPA, NATIVE = Client(app_type="spa"), Client(app_type="native")


def asked(**given) -> AuthorizationParameters:
    good = {"response_type": ("code",), "response_mode": "query", "redirect_uri": "https://shop.example/"}
    return AuthorizationParameters(**(good | given))


def signed_in(*, minutes: float, factor: float | None = None) -> SsoSession:
    """A session that began so many minutes ago, with a second factor given so many ago."""
    return SsoSession(
        user=User(),
        connection=Connection(name="main"),
        session_id="ses_1",
        authenticated_at=NOW - timedelta(minutes=minutes),
        methods=frozenset({Method.PASSWORD}),
        second_factor_at=None if factor is None else NOW - timedelta(minutes=factor),
    )


@pytest.mark.parametrize(
    ("given", "session", "page"),
    [
        ({}, None, Page.SIGN_IN),
        ({"screen_hint": "signup"}, None, Page.SIGN_UP),
        ({}, signed_in(minutes=60), None),
        ({"screen_hint": "signup"}, signed_in(minutes=60), None),
        ({"prompt": ("login",)}, signed_in(minutes=60), Page.SIGN_IN),
        ({"prompt": ("login",)}, signed_in(minutes=-1), None),
        ({"prompt": ("login",), "screen_hint": "signup"}, signed_in(minutes=60), Page.SIGN_UP),
        ({"prompt": ("select_account",)}, signed_in(minutes=60), Page.CONFIRM_ACCOUNT),
        ({"prompt": ("select_account", "login")}, signed_in(minutes=60), Page.SIGN_IN),
        ({"max_age": 3600}, signed_in(minutes=60), None),
        ({"max_age": 3599}, signed_in(minutes=60), Page.SIGN_IN),
        ({"max_age": 0}, signed_in(minutes=60), Page.SIGN_IN),
        ({"connection": "main"}, signed_in(minutes=60), None),
        ({"connection": "other"}, signed_in(minutes=60), Page.SIGN_IN),
    ],
)
def test_which_page_comes_first(given, session, page):
    assert page_to_show(asked(**given), session, SPA, asked_at=NOW, now=NOW) is page


@pytest.mark.parametrize("redirect_uri", ["http://127.0.0.1:1/", "com.example:/done", "http://localhost/"])
def test_a_native_application_without_an_address_of_its_own_is_confirmed(redirect_uri):
    parameters, session = asked(redirect_uri=redirect_uri), signed_in(minutes=60)
    when = {"asked_at": NOW, "now": NOW}

    assert page_to_show(parameters, session, NATIVE, **when) is Page.CONFIRM_ACCOUNT
    assert page_to_show(parameters, session, NATIVE, is_confirmed=True, **when) is None
    assert page_to_show(parameters, session, SPA, **when) is None
    assert page_to_show(asked(), session, NATIVE, **when) is None


@pytest.mark.parametrize(
    ("given", "factor", "needs"),
    [
        ({}, None, False),
        ({"acr_values": ("urn:other",)}, None, False),
        ({"acr_values": (MFA_ACR,)}, None, True),
        ({"acr_values": ("urn:other", MFA_ACR)}, 60, False),
        ({"acr_values": (MFA_ACR,)}, 12 * 60 + 1, True),
        ({"acr_values": (MFA_ACR,), "max_age": 60}, 2, True),
    ],
)
def test_how_fresh_a_second_factor_has_to_be(given, factor, needs):
    session = signed_in(minutes=60, factor=factor)

    assert needs_fresh_second_factor(asked(**given), session, now=NOW) is needs


@pytest.mark.parametrize(
    ("first_party", "prompt", "consented", "minutes_ago", "needs"),
    [
        (True, (), (), None, False),
        (True, ("consent",), ("openid",), 5, True),
        (True, ("consent",), ("openid",), -1, False),
        (False, (), (), None, True),
        (False, (), ("openid",), 5, False),
        (False, (), ("email",), 5, True),
    ],
)
def test_when_consent_is_needed(first_party, prompt, consented, minutes_ago, needs):
    at = None if minutes_ago is None else NOW - timedelta(minutes=minutes_ago)
    client = Client(is_first_party=first_party)

    assert (
        needs_consent(
            client, asked(prompt=prompt), ["openid"], consented=consented, consented_at=at, asked_at=NOW
        )
        is needs
    )


def test_what_is_stored_is_what_is_read():
    parameters = asked(scope=("openid",), state="", max_age=0, prompt=("login", "consent"))

    assert AuthorizationParameters.from_json(parameters.to_json()) == parameters
