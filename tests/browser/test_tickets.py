"""The pages behind the links of tickets, in a browser that keeps to our policy."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Elsewhere, serving
from tests.browser.test_looks import WIDE, look

pytestmark = pytest.mark.browser

NEW = "Plum-Tart-and-Tea-77"


class Shop(Elsewhere):
    """An application that sends whoever comes back on to yet another origin of its own."""

    html = b"<title>Shop</title><link rel=icon href=data:,><h1>Welcome back</h1>"

    def do_GET(self) -> None:  # noqa: N802 - http.server names it
        self.server.seen.append((self.path, self.headers.get("Referer")))
        if self.path.startswith("/back"):
            self.send_response(302)
            port = self.server.server_port
            self.send_header("Location", f"http://localhost:{port}/in{self.path.removeprefix('/back')}")
            self.end_headers()
            return
        super().do_GET()


@pytest.fixture
def shop() -> Iterator[ThreadingHTTPServer]:
    with serving(Shop) as server:
        server.seen = []
        yield server


@pytest.fixture
def ann(api) -> Iterator[dict[str, Any]]:
    user = api.create(email="ann.with.a.ticket@example.com", password="Quite-A-Secret-77")
    yield user
    api.client.delete(f"/api/v2/users/{user['user_id']}").raise_for_status()


@pytest.fixture
def link(api, ann):
    def make(kind: str, **given: Any) -> str:
        body = {"user_id": ann["user_id"], **given}
        return api.client.post(f"/api/v2/tickets/{kind}", json=body).raise_for_status().json()["ticket"]

    return make


def set_password(page: Page, new: str = NEW) -> None:
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("New password again").fill(new)
    page.get_by_role("button", name="Set password").click()


def confirm(page: Page) -> None:
    page.get_by_role("button", name="Confirm").click()


@pytest.mark.parametrize(
    ("kind", "use"), [("password-change", set_password), ("email-verification", confirm)]
)
def test_the_person_is_taken_on_to_the_application_and_the_secret_is_not(desk, link, shop, kind, use):
    page = desk.visitor()
    page.goto(link(kind, result_url=f"http://127.0.0.1:{shop.server_port}/back?a=1#top"))
    desk.look_away()  # the application is another host

    use(page)

    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    parts = urlsplit(page.url)
    assert parts.hostname == "localhost"
    assert parse_qs(parts.query)["success"] == ["true"]
    assert parts.fragment == "top"
    assert [referer for _, referer in shop.seen] == [None, None]


def test_the_new_password_signs_in(desk, link, ann):
    page = desk.visitor()
    page.goto(link("password-change"))

    set_password(page)

    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Email").fill(ann["email"])
    page.get_by_label("Password").fill(NEW)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Preferences")).to_be_visible()


def test_an_address_is_confirmed(desk, link, api, ann):
    page = desk.visitor()
    page.goto(link("email-verification"))
    assert not api.by_email(ann["email"])["email_verified"]

    confirm(page)

    expect(page.get_by_role("heading", name="Your email is confirmed")).to_be_visible()
    assert api.by_email(ann["email"])["email_verified"]


def be_refused(page: Page) -> None:
    set_password(page, "short")
    expect(page.get_by_role("alert")).to_be_visible()


def succeed(page: Page) -> None:
    set_password(page)
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def be_confirmed(page: Page) -> None:
    confirm(page)
    expect(page.get_by_role("heading", name="Your email is confirmed")).to_be_visible()


# What leads to each page, and what is done there first.
PAGES = {
    "password": ("password-change", None),
    "password refused": ("password-change", be_refused),
    "password set": ("password-change", succeed),
    "address": ("email-verification", None),
    "address confirmed": ("email-verification", be_confirmed),
}


@pytest.mark.parametrize("name", PAGES)
def test_how_it_looks(desk, link, name):
    kind, first = PAGES[name]
    page = desk.visitor(viewport=WIDE)
    page.goto(link(kind))
    if first:
        first(page)

    desk.look_away()
    assert look(page) == []


def test_how_a_made_up_link_looks(desk):
    page = desk.visitor(viewport=WIDE)
    page.goto("/u/reset-password?ticket=made-up")

    desk.look_away()
    assert look(page) == []
