"""Who calls, and what they call."""

from __future__ import annotations

import pytest
from django.test.client import Client

from tests.api.conformance import check_answer
from users.models import Connection, User
from users.models.write_guard import allow_account_writes


@pytest.fixture(autouse=True)
def _answers_are_as_described(monkeypatch):
    """Every answer is one that our OpenAPI document describes."""
    send = Client.request

    def request(self, **given):
        response = send(self, **given)
        check_answer(response)
        return response

    monkeypatch.setattr(Client, "request", request)


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
        with allow_account_writes():
            User.objects.filter(pk=user.pk).update(**columns)
        return User.objects.get(pk=user.pk)

    return write


@pytest.fixture
def unchanged(jane):
    """Whether Jane is alone and as she was when the test began."""
    before = User.objects.filter(pk=jane.pk).values().get()
    return lambda: [before] == list(User.objects.values())
