"""The sample application and the emails of the demo, in a real browser."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_looks import look
from tests.browser.test_second_factor import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def visitor(desk) -> Page:
    return desk.visitor()


def open_newest_email(page: Page, subject: str, *, to: str) -> None:
    """A job sends it, so it may take a moment."""
    page.goto("/demo/mail/")
    link = page.get_by_role("listitem").filter(has_text=to).get_by_role("link", name=subject).first
    while not link.is_visible():
        page.get_by_role("link", name="Refresh").click()
        page.wait_for_load_state()
    link.click()
    expect(page.get_by_role("heading", name=subject, level=1)).to_be_visible()


def test_a_user_signs_up_with_a_hobby_changes_it_and_stays_signed_in(visitor, api):
    email = f"lee.{secrets.token_hex(4)}@example.com"
    visitor.goto("/demo/")
    expect(visitor.get_by_role("button", name="Sign up")).to_be_visible()
    assert look(visitor) == []

    visitor.get_by_role("button", name="Sign up").click()
    expect(visitor.get_by_role("heading", name="Create your Sample application account")).to_be_visible()
    visitor.get_by_label("Email").fill(email)
    visitor.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.get_by_label("Hobby").fill("surfing")
    visitor.get_by_role("button", name="Create account").click()

    expect(visitor.get_by_label("Hobby")).to_have_value("surfing")
    for text in ('"alg": "RS256"', '"scope": "openid profile email read:current_user', f'"email": "{email}"'):
        expect(visitor.locator("main")).to_contain_text(text)
    assert visitor.url.endswith("/demo/")
    assert look(visitor) == []

    visitor.get_by_label("Hobby").fill("chess")
    visitor.get_by_role("button", name="Save hobby").click()
    expect(visitor.get_by_role("status")).to_have_text("Saved.")
    assert api.by_email(email)["user_metadata"] == {"hobby": "chess"}

    visitor.reload()
    expect(visitor.get_by_label("Hobby")).to_have_value("chess")

    visitor.get_by_role("button", name="Sign out").click()
    visitor.get_by_role("button", name="Sign in").click()
    visitor.get_by_label("Email").fill(email)
    visitor.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.get_by_role("button", name="Sign in").click()
    expect(visitor.get_by_label("Hobby")).to_have_value("chess")


def test_a_refused_sign_in_is_shown(visitor):
    visitor.goto("/demo/?error=access_denied&error_description=Not+today&state=unknown")

    expect(visitor.get_by_role("alert")).to_be_visible()
    expect(visitor.get_by_role("button", name="Sign in")).to_be_visible()
    assert look(visitor) == []


def test_a_user_who_forgot_the_password_follows_the_link_in_the_email(desk, visitor, api):
    email = f"mia.{secrets.token_hex(4)}@example.com"
    api.create(email=email, password="another horse battery", user_metadata={"hobby": "rowing"})
    visitor.goto("/demo/")
    visitor.get_by_role("button", name="Sign in").click()
    visitor.get_by_role("link", name="Forgot password?").click()
    visitor.get_by_label("Email").fill(email)
    visitor.get_by_role("button", name="Send link").click()
    expect(visitor.get_by_role("link", name="Open the emails")).to_have_attribute("href", "/demo/mail/")

    # The frame of an email refuses the scripts of playwright, and says so in the console.
    desk.look_away()
    open_newest_email(visitor, "Set a new password", to=email)
    expect(visitor.get_by_text(email)).to_be_visible()
    assert look(visitor) == []
    visitor.frame_locator("iframe").get_by_role("link", name="Set new password").click()
    visitor.wait_for_url(re.compile("/password/reset/key/"))
    visitor.get_by_label("New password", exact=True).fill(PASSWORD)
    visitor.get_by_label("New password again").fill(PASSWORD)
    visitor.get_by_role("button", name="Set password").click()
    expect(visitor.get_by_role("heading")).to_be_visible()

    visitor.goto("/demo/mail/")
    expect(visitor.get_by_role("heading", name="Emails")).to_be_visible()
    assert look(visitor) == []
