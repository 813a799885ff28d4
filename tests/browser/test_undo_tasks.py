"""Undoing a change, by the clicks and keys that docs/support-tasks.md names."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.document import save, write
from tests.browser.effort import Effort

pytestmark = pytest.mark.browser


@pytest.fixture
def saved(desk, api, jane) -> Page:
    """Jane's page just after an agent has changed her plan."""
    page = desk.signed_in("agent")
    page.goto(f"/admin/users/user/{jane['user_id']}/change/")
    write(page, "App metadata", '{"plan": "pro"}')
    save(page)
    expect(page.locator(".toast")).to_contain_text("Saved plan.")
    assert plan(api, jane) == "pro"
    return page


def plan(api, jane) -> str:
    return api.by_email(jane["email"])["app_metadata"]["plan"]


def test_undo_from_the_toast(api, jane, saved):
    agent = Effort(saved)
    toast, bar = (saved.locator(one).bounding_box() for one in (".toast", ".save"))
    assert toast["y"] + toast["height"] < bar["y"]  # the bar stays free

    agent.click(saved.locator(".toast").get_by_role("button", name="Undo"))

    expect(saved.get_by_text("Undone.")).to_be_visible()
    assert plan(api, jane) == "full"
    assert agent.spent == (1, 0)


def test_undo_from_the_activity(api, jane, saved):
    agent = Effort(saved)

    agent.click(saved.get_by_role("link", name="Activity").last)
    agent.click(saved.get_by_role("link", name="Undo change").first)
    agent.click(saved.get_by_role("button", name="Undo", exact=True))

    expect(saved.get_by_text("Undone.")).to_be_visible()
    assert plan(api, jane) == "full"
    assert agent.spent == (3, 0)
