"""What every answer tells the browser to allow, and what the pages themselves keep to."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.web.pages import Page
from users.actions.account.tickets import create_ticket
from users.models import Ticket
from users.rights.actor import command_actor

CSP = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
PEOPLE = {
    "/login/": None,
    "/logout/": "jane",
    "/login/blocked/": None,
    "/password/reset/": None,
    "/password/reset/sent/": None,
    "/password/reset/done/": None,
    "/password/reset/key/1-used/": None,
    "/password/change/": "jane",
    "/u/reset-password?ticket={password_ticket}": None,
    "/u/email-verification?ticket={email_ticket}": "jane",
    "/u/reset-password?ticket=made-up": None,
    "/profile/": "jane",
    "/profile/security/": "jane",
    "/profile/security/app/add/": "jane",
    "/profile/security/recovery-codes/new/": "jane",
    "/login/again/": "jane",
    "/admin/users/user/": "administrator",
    "/admin/users/user/?q=jane&status=active": "administrator",
    "/admin/help/search/": "administrator",
    "/admin/users/user/{jane}/change/": "administrator",
    "/admin/users/user/{jane}/delete/": "administrator",
    "/no/such/page": "jane",
    "/admin/": "jane",
}


@pytest.fixture
def names(jane):
    """What stands in braces in the addresses."""
    purposes = {"password_ticket": "password_change", "email_ticket": "email_verification"}
    secrets = {
        name: create_ticket(jane, Ticket.Purpose(purpose), actor=command_actor("tests"))
        for name, purpose in purposes.items()
    }
    return {"jane": jane.pk, **secrets}


@pytest.fixture(params=PEOPLE)
def page(request, browser, names) -> Page:
    """Each page there is, as somebody who may open it."""
    path = request.param.format(**names)
    who = PEOPLE[request.param]
    visitor = browser(request.getfixturevalue(who)) if who else browser()
    return Page(visitor, visitor.get(path, follow=True), path)


def policy(answer) -> dict[str, str]:
    # Pages with the editor allow their own style nonce, which no other page has.
    text = re.sub(r" 'nonce-[^']+'", "", answer["Content-Security-Policy"])
    parts = (part.strip().partition(" ") for part in text.split(";"))
    return {name: value for name, _, value in parts}


def test_the_policy_is_strict_on_every_page(page):
    assert policy(page.response) == CSP
    assert "unsafe" not in page.response["Content-Security-Policy"]


def test_no_page_needs_more_than_the_policy_allows(page):
    assert page.inline == []


def test_no_page_names_another_host(page):
    assert "http://" not in page.html.replace("http://www.w3.org/", "")
    assert "https://" not in page.html


def test_the_other_headers_stand_on_every_page(page):
    assert page.response["X-Content-Type-Options"] == "nosniff"
    has_secret = page.path.startswith("/u/")
    assert page.response["Referrer-Policy"] == ("no-referrer" if has_secret else "same-origin")
    assert page.response["X-Frame-Options"] == "DENY"
    assert page.response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert page.response["Content-Type"] == "text/html; charset=utf-8"


def test_every_page_has_a_language_a_title_a_heading_and_a_way_past_the_bar(page):
    assert '<html lang="en' in page.html
    title = page.html.partition("<title>")[2].partition("</title>")[0]
    assert title.strip().endswith("· Profiledesk")
    assert len(title.strip()) > len("· Profiledesk")
    assert page.html.count("<h1") == 1
    assert "Skip to" in page.text


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/admin/", "/profile/", "/api/v2/users", "/oauth/token", "/no/such"])
def test_redirects_and_programs_get_the_policy_as_well(path):
    assert policy(Client().get(path)) == CSP


@pytest.mark.django_db
def test_a_refused_body_gets_the_policy_as_well():
    answer = Client().generic("POST", "/login/", b" " * (9 * 1024 * 1024))

    assert answer.status_code == 413
    assert policy(answer) == CSP


@pytest.mark.django_db
def test_over_https_browsers_are_told_to_stay_there(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000

    assert Client().get("/login/")["Location"] == "https://testserver/login/"
    assert Client().get("/login/", secure=True)["Strict-Transport-Security"] == "max-age=31536000"
