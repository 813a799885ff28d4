"""An account as the Management API shows it, to each kind of viewer."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from users.api.schemas.users import USER
from users.models import Connection, User
from users.representation.defaults import default_picture
from users.representation.profile import serialize_identity, serialize_profile
from users.representation.timestamps import format_time


@pytest.fixture
def reader(actor_of):
    return actor_of("read:users")


def test_every_field_has_auth0s_name(jane, reader):
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    jane.username, jane.phone_number, jane.phone_verified = "jane", "+491", True
    jane.given_name, jane.middle_name, jane.family_name, jane.blocked = "Jane", "Ann", "Doe", False
    jane.logins_count, jane.last_ip = 1, "192.0.2.7"
    jane.last_login = jane.last_password_reset = jane.multifactor_last_modified = noon
    jane.locale, jane.zoneinfo, jane.multifactor = "de-AT", "Europe/Berlin", ["google-authenticator"]

    shown = serialize_profile(jane, reader)

    assert shown.keys() == USER["properties"].keys()
    assert (shown["blocked"], shown["last_login"]) == (False, "2026-03-04T12:00:00.000Z")


def test_nothing_is_ever_null(stranger, reader):
    assert None not in serialize_profile(stranger, reader).values()


def test_nothing_secret_or_internal_is_shown(jane, reader):
    hidden = {
        "password",
        "version",
        "is_superuser",
        "is_staff",
        "session_epoch",
        "tokens_valid_from",
        "token_generation",
        "email_folded",
        "id",
        "groups",
    }

    assert hidden.isdisjoint(serialize_profile(jane, reader))


def test_a_name_that_was_given_wins_over_the_default(jane, reader):
    jane.nickname, jane.picture = "Jay", "https://example.com/jane.png"

    shown = serialize_profile(jane, reader)

    assert (shown["name"], shown["nickname"], shown["picture"]) == (
        "Jane Doe",
        "Jay",
        "https://example.com/jane.png",
    )


def test_names_default_to_the_address(stranger, reader):
    shown = serialize_profile(stranger, reader)

    assert (shown["name"], shown["nickname"]) == ("stranger@example.com", "stranger")


def test_without_an_address_names_default_to_the_id(reader, connection):
    nobody = User(user_id="auth0|nobody", connection=connection)

    shown = serialize_profile(nobody, reader)

    assert (shown["name"], shown["nickname"]) == ("auth0|nobody", "auth0|nobody")
    assert not {"email", "email_verified"} & shown.keys()


@pytest.mark.parametrize(
    ("user_id", "strategy", "expected"),
    [
        ("auth0|jane", "auth0", {"provider": "auth0", "user_id": "jane", "isSocial": False}),
        ("google-oauth2|7", "google-oauth2", {"provider": "google-oauth2", "user_id": "7", "isSocial": True}),
        ("samlp|corp|jane", "samlp", {"provider": "samlp", "user_id": "corp|jane"}),
    ],
)
def test_the_identity_is_the_id_taken_apart(reader, user_id, strategy, expected):
    user = User(user_id=user_id, connection=Connection(name="Users", strategy=strategy))

    [identity] = serialize_profile(user, reader)["identities"]

    assert identity["connection"] == "Users"
    assert expected.items() <= identity.items()


def test_linked_accounts_follow_the_users_own_identity(jane, reader):
    other = {"connection": "Partners", "user_id": "7", "provider": "samlp", "isSocial": True}
    jane.linked_identities = [{"profileData": {"email": "j@example.com"}, **other}]

    own, linked = serialize_profile(jane, reader)["identities"]

    assert own["user_id"] == jane.bare_id
    assert "profileData" not in own
    assert linked == {"profileData": {"email": "j@example.com"}, **other}


def test_an_identity_holds_what_was_given_and_no_default(stranger):
    assert serialize_identity(stranger)["profileData"] == {
        "email": "stranger@example.com",
        "email_verified": False,
    }


def test_who_may_not_see_anything_is_shown_nothing(jane, actor_of):
    assert serialize_profile(jane, actor_of("read:logs")) == {}


def test_the_picture_is_by_the_address_whatever_its_case(settings):
    settings.PUBLIC_URL = "https://desk.example.com"
    digest = hashlib.md5(b"jane@example.com").hexdigest()

    assert default_picture("Jane@Example.com") == (
        f"https://s.gravatar.com/avatar/{digest}?s=480&r=pg"
        "&d=https%3A%2F%2Fdesk.example.com%2Fstatic%2Fusers%2Fimg%2Fperson.svg"
    )


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 3, 4, 10, tzinfo=UTC), "2026-03-04T10:00:00.000Z"),
        (datetime(2026, 3, 4, 10, 0, 0, 999_999, tzinfo=UTC), "2026-03-04T10:00:00.999Z"),
        (datetime(2026, 3, 4, 10, 0, 0, 1_000, tzinfo=UTC), "2026-03-04T10:00:00.001Z"),
        (datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))), "2025-12-31T23:00:00.000Z"),
    ],
)
def test_times_are_utc_with_milliseconds(at, expected):
    assert format_time(at) == expected
