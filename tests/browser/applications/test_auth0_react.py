"""auth0-react itself, in a one-page application of another site."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.applications.conftest import sign_in

pytestmark = pytest.mark.browser


def test_a_user_signs_in_sees_their_hobby_and_signs_out(page, desk_server, shop, client_id, jane):
    settings = {"domain": desk_server.domain, "clientId": client_id}
    page.goto(f"{shop}/auth0-react?{urlencode(settings)}")
    page.get_by_role("button", name="Log in").click()
    sign_in(page, jane)

    expect(page.get_by_role("heading")).to_have_text("Welcome, Jane Roe")
    page.get_by_role("button", name="Show my hobby").click()
    expect(page.locator("output")).to_have_text("surfing")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
