"""The support task of changing a plan, by the clicks and keys that docs/support-tasks.md names."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.effort import Effort

pytestmark = pytest.mark.browser


def test_change_the_plan_of_the_open_user(desk, api, jane):
    page = desk.signed_in("agent")
    page.goto(f"/admin/users/user/{jane['user_id']}/change/")
    agent = Effort(page)

    agent.choose(page.get_by_label("Plan", exact=True), "pro")
    agent.click(page.get_by_role("button", name="Save 1 change"))

    expect(page.locator(".badge.line")).to_have_text("Pro")
    assert api.by_email(jane["email"])["app_metadata"] == {"plan": "pro"}
    assert agent.spent == (3, 0)
