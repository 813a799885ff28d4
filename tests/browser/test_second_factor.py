"""Second factors in a real browser: added with an app, asked for at the next sign-in, seen and
removed at the desk. Every page is readable by everybody, light and dark, wide and narrow."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_looks import WIDE, look
from tests.second_factor import code, wrong

pytestmark = pytest.mark.browser

PASSWORD = "Quite-A-Secret-77"


def sign_out(page: Page) -> None:
    page.goto("/profile/")
    page.locator(".account > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.fixture
def maya(api) -> dict[str, Any]:
    """Somebody new, who may try as often as one may."""
    name = f"maya.{secrets.token_hex(4)}"
    return api.create(email=f"{name}@example.com", name="Maya Lin", password=PASSWORD)


def sign_in(page: Page, person: dict[str, Any]) -> None:
    page.goto("/login/")
    page.get_by_label("Email").fill(person["email"])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: not url.endswith("/login/"))


def confirm(page: Page) -> None:
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def add_the_app(page: Page) -> str:
    """From one's own page to the recovery codes. The secret that is in the app now."""
    page.goto("/profile/")
    page.get_by_role("link", name="Set up two-step sign-in").click()
    page.get_by_role("link", name="Set up an app").click()
    confirm(page)
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(code(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("Two-step sign-in is on.")).to_be_visible()
    return secret


def test_it_is_added_and_then_asked_for_and_removed_again(desk, api, maya):
    page = desk.visitor()
    sign_in(page, maya)
    secret = add_the_app(page)
    recovery_code = page.locator(".codes code").first.inner_text()
    assert api.by_email(maya["email"])["multifactor"] == ["google-authenticator"]
    sign_out(page)

    sign_in(page, maya)
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    page.get_by_label("Code").fill(wrong(secret))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_text("Wrong code.")).to_be_visible()
    page.get_by_label("Code").fill(code(secret, steps=1))
    page.keyboard.press("Enter")
    expect(page).to_have_url("/profile/")
    sign_out(page)

    sign_in(page, maya)
    page.get_by_label("Code").fill(recovery_code)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/profile/")
    page.goto("/profile/security/")
    expect(page.get_by_text("9 codes left.")).to_be_visible()
    page.get_by_role("link", name="Remove app…").click()
    confirm(page)
    page.get_by_role("button", name="Remove app").click()
    expect(page.get_by_text("Two-step sign-in is off.")).to_be_visible()
    assert api.by_email(maya["email"])["multifactor"] == []


def test_the_codes_are_saved_as_a_file(desk, maya):
    page = desk.visitor()
    sign_in(page, maya)
    add_the_app(page)
    shown = page.locator(".codes code").all_inner_texts()

    with page.expect_download() as saving:
        page.get_by_role("link", name="Download codes").click()

    assert saving.value.suggested_filename == "recovery-codes.txt"
    assert saving.value.path().read_text().split() == shown


def test_support_removes_it_for_whoever_lost_their_phone(desk, maya):
    person = desk.visitor()
    sign_in(person, maya)
    add_the_app(person)
    sign_out(person)
    sign_in(person, maya)
    expect(person.get_by_role("heading", name="Enter your code")).to_be_visible()

    support = desk.signed_in("admin")
    support.goto(f"/admin/users/user/{maya['user_id']}/change/?tab=security")
    expect(support.get_by_text("Authenticator app, since")).to_be_visible()
    support.get_by_role("button", name="Remove second factor").click()
    expect(support.get_by_text("The second factor is removed.")).to_be_visible()

    person.reload()
    sign_in(person, maya)
    expect(person).to_have_url("/profile/")


def test_every_page_is_readable_by_everybody(desk, maya):
    page = desk.visitor(viewport=WIDE)
    sign_in(page, maya)
    desk.look_away()
    look_at(page, "/profile/security/")
    page.goto("/profile/security/app/add/")
    look_at(page)
    confirm(page)
    expect(page.locator(".secret")).to_be_visible()
    look_at(page)
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(wrong(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look_at(page)
    page.get_by_label("Code").fill(code(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator(".codes")).to_be_visible()
    look_at(page)
    for path in (
        "/profile/security/",
        "/profile/security/app/remove/",
        "/profile/security/recovery-codes/new/",
        "/login/again/code/?next=/profile/security/",
        "/profile/",
    ):
        look_at(page, path)
    sign_out(page)
    sign_in(page, maya)
    look_at(page)
    page.get_by_label("Code").fill(wrong(secret))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look_at(page)
    staff = desk.signed_in("admin", viewport=WIDE)
    desk.look_away()
    look_at(staff, f"/admin/users/user/{maya['user_id']}/change/?tab=security")


def look_at(page: Page, path: str = "") -> None:
    if path:
        page.goto(path)
    assert look(page) == []
