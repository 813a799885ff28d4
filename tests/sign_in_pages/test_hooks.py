"""Post-login hooks run for applications: they cannot keep users from the dashboard or their own page."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.conftest import PASSWORD
from tests.second_factor import code, enrol
from tests.web.pages import open_page
from users.sign_in import hooks
from users.sign_in.outcomes import SignInDenied


@pytest.fixture(autouse=True)
def _denying_hook(monkeypatch):
    def deny(_):
        raise SignInDenied("Go away.")

    monkeypatch.setattr(hooks, "POST_LOGIN", [deny])


def sign_in(user):
    return open_page(Client(), "/login/").press("Sign in", login=user.email, password=PASSWORD)


def test_an_administrator_reaches_the_dashboard(administrator):
    assert sign_in(administrator).path == "/admin/"


def test_a_user_reaches_the_own_page_by_the_second_factor_too(jane):
    secret = enrol(jane)

    assert sign_in(jane).press("Sign in", code=code(secret)).path == "/profile/"
