"""Hashes of passwords."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from django.contrib.auth.hashers import make_password

from users.login.password import holder_of
from users.models import passwords
from users.models.passwords import make_hash, verify

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

    holder_of([jane], typed)
    of_a_user = len(calls.mock_calls)
    holder_of([], typed)

    assert len(calls.mock_calls) == 2 * of_a_user
