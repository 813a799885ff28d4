"""Who calls, and what they call."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from joserfc.jwk import RSAKey

from users.models import Connection, User
from users.models.guard import account_writes


@pytest.fixture(scope="session")
def rsa_key():
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)


@pytest.fixture(autouse=True)
def _one_key(monkeypatch, rsa_key):
    """Making a key takes longer than most tests here."""
    made = SimpleNamespace(generate_key=lambda *_, **__: rsa_key, import_key=RSAKey.import_key)
    monkeypatch.setattr("users.tokens.keys.RSAKey", made)


@pytest.fixture
def shop(api):
    """A client that holds every scope."""
    return api()


@pytest.fixture
def user_names(connection):
    """The connection has user names."""
    Connection.objects.update(options={"requires_username": True})


@pytest.fixture
def elsewhere(connection):
    """A second database connection."""
    return Connection.objects.create(name="Elsewhere")


@pytest.fixture
def put():
    """Give an account what no face can: `put(jane, logins_count=3)`."""

    def write(user: User, **columns) -> User:
        with account_writes():
            User.objects.filter(pk=user.pk).update(**columns)
        return User.objects.get(pk=user.pk)

    return write


@pytest.fixture
def unchanged(jane):
    """Whether Jane is alone and as she was when the test began."""
    before = User.objects.filter(pk=jane.pk).values().get()
    return lambda: [before] == list(User.objects.values())
