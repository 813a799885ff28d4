"""Hashes of passwords."""

from __future__ import annotations

from unittest.mock import Mock

import bcrypt
import pytest
from django.contrib.auth.hashers import make_password

from users.models import passwords
from users.models.passwords import make_hash, verify
from users.sign_in.password_check import find_account_by_password

COMPOSED, DECOMPOSED = "Crème brûlée", "Cre\u0300me bru\u0302le\u0301e"


@pytest.mark.parametrize("given", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED])
def test_a_hash_of_ours_is_of_the_normalized_password(given, typed):
    assert verify(typed, make_hash(given)) == (True, False)


def test_a_hash_made_before_is_compared_as_typed_too():
    assert verify(DECOMPOSED, make_password(DECOMPOSED))[0]


@pytest.mark.parametrize("typed", ["", "\ud800", "\0", "x" * 100_000, "a" + "\u0301\u0323" * 100_000])
def test_what_cannot_be_a_password_is_wrong_and_no_error(typed):
    assert verify(typed, make_hash("secret")) == (False, False)


def test_no_password_matches_none():
    assert not any(verify(typed, make_hash(None))[0] for typed in ("", "None", "!"))


@pytest.mark.parametrize("typed", ["secret", DECOMPOSED])
def test_an_unknown_login_takes_as_long_as_a_wrong_password(jane, monkeypatch, typed):
    calls = Mock()
    for name in ("make_password", "verify_password"):
        monkeypatch.setattr(passwords, name, Mock(side_effect=getattr(passwords, name)))
        calls.attach_mock(getattr(passwords, name), name)

    find_account_by_password([jane], typed)
    of_a_user = len(calls.mock_calls)
    find_account_by_password([], typed)

    assert len(calls.mock_calls) == 2 * of_a_user


# Hashes that other products made


@pytest.fixture
def imported(settings):
    """`imported("secret")` is a hash that another product made of it."""
    settings.PASSWORD_HASHERS = [
        *settings.PASSWORD_HASHERS,
        "users.models.hashers.TruncatingBcryptHasher",
    ]

    def make(password: str, prefix: str = "$2b$") -> str:
        salt = f"{prefix}04$Pq3rS5tU7vW9xY1zA3bC5e".encode()
        return f"bcrypt${bcrypt.hashpw(password.encode()[:72], salt).decode()}"

    return make


@pytest.mark.parametrize("prefix", ["$2a$", "$2b$", "$2y$"])
def test_a_bcrypt_hash_is_verified_and_to_be_renewed(imported, prefix):
    assert verify("secret", imported("secret", prefix)) == (True, True)
    assert verify("other", imported("secret", prefix)) == (False, False)


def test_of_a_long_password_bcrypt_compares_72_bytes_and_its_hash_stays(imported):
    encoded = imported("é" * 36 + "the end")

    assert verify("é" * 36 + "another end", encoded) == (True, False)
    assert verify("é" * 36, encoded) == (True, True)
    assert verify("é" * 35 + "the end", encoded) == (False, False)


def test_a_bcrypt_hash_of_decomposed_text_is_verified_as_typed(imported):
    assert verify(DECOMPOSED, imported(DECOMPOSED))[0]


@pytest.mark.parametrize(
    "encoded",
    [
        *("bcrypt$", "bcrypt$$2b$10$short", "bcrypt$$2b$99$" + "a" * 53, "bcrypt$$2b$31$" + "a" * 53),
        *("bcrypt$$2x$04$" + "a" * 53, "bcrypt$$2b$04$" + "é" * 53, "bcrypt$$2b$04$" + "a" * 54),
    ],
)
@pytest.mark.parametrize("typed", ["x" * 100, "", "\0"], ids=["long", "empty", "NUL"])
def test_a_malformed_bcrypt_hash_is_of_no_password(imported, encoded, typed):
    assert verify(typed, encoded) == (False, False)
