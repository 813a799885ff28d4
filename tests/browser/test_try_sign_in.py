"""*Try this sign-in* in a real browser: from the application to the sign-in page and back to the tokens."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_looks import look

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_administrator_sees_what_the_application_would_get(desk, server, has_scripts):
    page = desk.signed_in("admin", java_script_enabled=has_scripts)
    create(page)
    page.get_by_role("banner").get_by_role("link", name="Try this sign-in").click()
    page.get_by_role("button", name="Open the sign-in page").click()
    page.get_by_label("Email").fill(server.document["user"]["email"])
    page.get_by_label("Password", exact=True).fill(server.document["user"]["password"])
    page.get_by_role("button", name="Sign in").click()
    if not has_scripts:
        # A page of HTML leads on; the form of the answer waits for its button.
        page.get_by_role("button", name="Continue to").click()

    expect(page.get_by_role("heading", name="ID token")).to_be_visible()
    assert "?" not in page.url
    expect(page.get_by_role("region", name="/userinfo")).to_contain_text("jane.doe@example.com")
    if has_scripts:
        desk.look_away()
        assert look(page) == []


def create(page: Page) -> None:
    page.goto("/admin/applications/new/")
    page.get_by_label("Name").fill("Lantern Shop")
    page.get_by_label("Single-page application").check()
    page.get_by_role("button", name="Create application").click()
