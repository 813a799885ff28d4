"""Password managers find what to fill in and what to save, by the names that HTML gives these fields."""

from __future__ import annotations

import re

import pytest

from tests.oauth.sign_in_browser import authorize, type_password
from tests.second_factor import enrol
from users.actions.account.tickets import create_ticket
from users.models import Ticket
from users.rights.actor import command_actor

FIELD = re.compile(r"<input [^>]*>")


def fields(response) -> dict[str, str]:
    """What each field that a user may fill in says about itself."""
    found = {}
    for tag in FIELD.findall(response.content.decode()):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") != "checkbox" and "autocomplete" in attributes:
            found[attributes["name"]] = attributes["autocomplete"]
    return found


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/u/login", {"login": "username", "password": "current-password"}),
        ("/u/signup", {"email": "username", "password": "new-password"}),
        ("/u/forgot-password", {"email": "email"}),
    ],
)
def test_pages_of_an_application(browser, spa, path, expected):
    window = browser()
    state = authorize(window, spa)["Location"].partition("?")[2]

    assert fields(window.get(f"{path}?{state}")) == expected


def test_the_second_factor(browser, spa, jane):
    enrol(jane)
    window = browser()

    page = type_password(window, authorize(window, spa), jane)["Location"]

    assert fields(window.get(page)) == {"code": "one-time-code"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/login/", {"login": "username", "password": "current-password"}),
        ("/password/reset/", {"email": "email"}),
    ],
)
def test_signing_in_to_the_own_page(browser, db, path, expected):
    assert fields(browser().get(path)) == expected


NEW = {"password1": "new-password", "password2": "new-password"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/login/again/", {"username": "username", "password": "current-password"}),
        ("/password/change/", {"username": "username", "oldpassword": "current-password", **NEW}),
    ],
)
def test_a_signed_in_user_need_not_type_who_they_are(browser, jane, path, expected):
    page = browser(jane).get(path)

    assert fields(page) == expected
    assert 'value="jane.doe@example.com"' in page.content.decode()


def test_a_link_from_an_email_names_the_account(browser, jane):
    secret = create_ticket(jane, Ticket.Purpose.PASSWORD_CHANGE, actor=command_actor("tests"))

    page = browser().get(f"/u/reset-password?ticket={secret}")

    assert fields(page) == {"username": "username", **NEW}
    assert 'value="jane.doe@example.com"' in page.content.decode()
