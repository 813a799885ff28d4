"""No page for users shows English in German, whoever wrote the text: we, Django or allauth.

Each page is rendered in both languages. What stands on both alike must be a name.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.utils import timezone, translation

from tests.conftest import PASSWORD
from tests.oauth.sign_in_browser import authorize, sign_in, type_password
from tests.second_factor import enrol
from users.actions.account.tickets import create_ticket
from users.models import Ticket, User
from users.rights.actor import command_actor
from users.web.template_tags import age

# The same in both languages.
ALIKE = {
    *("App", "Profiledesk", "Jane Doe", "Jane", "jane.doe@example.com", "shop.example", "https", "JSON"),
    *("JD", "Name", "Support", "Hobby", "surfing", '{ "hobby": "surfing" }'),
}
ATTRIBUTES = ("aria-label", "title", "placeholder", "data-hide", "data-caps-lock", "alt")


class Words(HTMLParser):
    """What a person or a screen reader reads of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self._silent += tag in ("script", "style", "code", "time")
        if tag != "time":  # its title is the time in UTC
            self.found += [value for name, value in attrs if name in ATTRIBUTES and value]

    def handle_endtag(self, tag):
        self._silent -= tag in ("script", "style", "code", "time")

    def handle_data(self, data):
        if not self._silent:
            self.found.append(data)


def sentences(html: str) -> set[str]:
    texts = {" ".join(text.split()).strip(" .:·") for text in Words(html).found}
    # One letter alone stands for a name.
    return {text for text in texts if sum(map(str.isalpha, text)) > 1}


def check_german(make_page) -> None:
    """`make_page` renders the page with these headers, each time from the start."""
    english = make_page({"Accept-Language": "en"})
    german = make_page({"Accept-Language": "de"})

    assert '<html lang="en"' in english
    assert '<html lang="de" dir="ltr">' in german
    assert sentences(english) & sentences(german) - ALIKE == set()


@pytest.fixture(autouse=True)
def _policy(jane, connection):
    # After Jane got her password, which it would refuse.
    connection.options |= {"passwordPolicy": "excellent"}
    connection.save()


def html_of(response) -> str:
    assert response.status_code in (200, 400, 403, 404, 405, 410, 422, 429), response
    return response.content.decode()


# --- Signing in to an application ---------------------------------------------------------------

HOSTED = ["/u/login", "/u/signup", "/u/forgot-password"]


@pytest.mark.parametrize("path", HOSTED)
def test_forms_of_an_application(browser, spa, path):
    spa.branding = {"terms_url": "https://shop.example/terms", "privacy_url": "https://shop.example/privacy"}
    spa.save()

    def make(headers):
        window = browser()
        state = authorize(window, spa)["Location"].partition("?")[2]
        return html_of(window.get(f"{path}?{state}", headers=headers))

    check_german(make)


@pytest.mark.parametrize("path", HOSTED)
@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"login": "jane", "email": "jane", "password": "x"},
        {"login": "kim@example.com", "email": "kim@example.com", "password": "aaaaaa"},
        {"login": "jane.doe@example.com", "email": "jane.doe@example.com", "password": "Aa1!" * 5},
    ],
    ids=["nothing", "no email", "weak", "taken"],
)
def test_what_is_refused(browser, spa, jane, path, typed):
    def make(headers):
        window = browser()
        state = authorize(window, spa)["Location"].partition("?")[2]
        return html_of(window.post(f"{path}?{state}", typed, headers=headers))

    check_german(make)


def test_usernames_and_keys_of_the_schema(browser, spa, connection, settings, tmp_path):
    schema = {"properties": {"age": {"type": "integer", "minimum": 18, "title": "Jahre", "x-sign-up": True}}}
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    settings.USER_METADATA_SCHEMA = str(tmp_path / "schema.json")
    connection.options |= {"requires_username": True}
    connection.save()
    typed = {"email": "kim@example.com", "username": "ü", "password": "Aa1!" * 5, "metadata-age": "3"}

    def make(headers, **changed):
        window = browser()
        state = authorize(window, spa)["Location"].partition("?")[2]
        return html_of(window.post(f"/u/signup?{state}", typed | changed, headers=headers)).replace(
            "Jahre", ""
        )

    check_german(make)
    check_german(lambda headers: make(headers, username="kim"))
    check_german(lambda headers: make(headers, **{"metadata-age": "x"}))


def test_the_second_factor_and_a_wrong_code(browser, spa, jane):
    enrol(jane)

    def make(headers):
        window = browser()
        page = type_password(window, authorize(window, spa), jane)["Location"]
        return html_of(window.get(page, headers=headers)) + html_of(
            window.post(page, {"code": "12"}, headers=headers)
        )

    check_german(make)


def test_continue_and_consent(browser, spa, jane):
    spa.is_first_party = False
    spa.save()

    def make(headers):
        window = browser()
        page = authorize(window, spa)["Location"]
        leaving = window.post(page, {"login": jane.email, "password": PASSWORD}, headers=headers)
        asked = [
            authorize(window, spa, prompt=prompt)["Location"] for prompt in ("select_account", "consent")
        ]
        return html_of(leaving) + "".join(html_of(window.get(path, headers=headers)) for path in asked)

    check_german(make)


def test_signing_out(browser, spa, jane):
    def make(headers):
        window = browser()
        sign_in(window, spa, jane)
        question = window.get(f"/oidc/logout?client_id={spa.client_id}", headers=headers)
        return html_of(question) + html_of(window.get("/oidc/logout/", headers=headers))

    check_german(make)


@pytest.mark.parametrize(
    "path",
    ["/authorize", "/u/login", "/u/login?state=x", "/v2/logout?returnTo=https://evil.example", "/nowhere/"],
)
def test_errors(browser, db, path):
    def make(headers):
        html = html_of(browser().get(path, headers=headers))
        # What an application did wrong is for its developers.
        return html.replace('<p class="small quiet details">', '<code class="details">')

    check_german(make)


# --- Links of emails ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("purpose", "path"), [("password_change", "reset-password"), ("email_verification", "email-verification")]
)
def test_tickets(browser, jane, purpose, path):
    def make(headers):
        secret = create_ticket(User.objects.get(), Ticket.Purpose(purpose), actor=command_actor("tests"))
        window = browser()
        pages = [window.get(f"/u/{path}?ticket={given}", headers=headers) for given in (secret, "wrong")]
        for typed in ({"password1": "short", "password2": "other"}, {}, {"password1": "Ab1!" * 5}):
            repeated = {"password2": typed.get("password1", "")}
            pages.append(window.post(f"/u/{path}", {"ticket": secret} | repeated | typed, headers=headers))
        return "".join(map(html_of, pages))

    check_german(make)


# --- The pages of a signed-in user --------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        *("/profile/", "/profile/changes/", "/profile/access/", "/profile/security/", "/password/change/"),
        *("/logout/", "/login/again/?next=/profile/", "/profile/changes/0/"),
    ],
)
def test_own_pages(browser, jane, path):
    check_german(lambda headers: html_of(browser(jane).get(path, headers=headers)))


def test_own_pages_with_a_second_factor(browser, jane):
    enrol(jane)

    def make(headers):
        window = browser(jane)
        paths = ("/profile/", "/profile/security/", "/login/again/code/", "/login/again/")
        return "".join(html_of(window.get(path, headers=headers)) for path in paths)

    check_german(make)


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"oldpassword": "wrong", "password1": "Aa1!" * 5, "password2": "Aa1!" * 5},
        {"oldpassword": PASSWORD, "password1": "aaa", "password2": "aaa"},
        {"oldpassword": PASSWORD, "password1": "Aa1!" * 5, "password2": "other"},
    ],
)
def test_a_refused_change_of_password(browser, jane, typed):
    check_german(lambda headers: html_of(browser(jane).post("/password/change/", typed, headers=headers)))


@pytest.mark.parametrize("path", ["/login/", "/password/reset/", "/password/reset/sent/", "/login/blocked/"])
def test_signing_in_to_the_own_page(browser, db, path):
    def make(headers):
        window = browser()
        return html_of(window.get(path, headers=headers)) + html_of(
            window.post(path, {"login": "x", "email": "x", "password": "y"}, headers=headers)
        )

    check_german(make)


def test_dates_are_written_as_in_german(browser, jane):
    html = browser(jane).get("/profile/", headers={"Accept-Language": "de"}).content.decode()

    assert re.search(r">\d+\. (Januar|Februar|März|April|Mai|Juni|Juli|August|[A-Z]\w+ber) \d{4}<", html)
    with translation.override("de"):
        assert age(timezone.now() - timedelta(days=3)) == "vor 3\xa0Tagen"
        assert age(timezone.now() + timedelta(days=40)) == "in 1\xa0Monat"
