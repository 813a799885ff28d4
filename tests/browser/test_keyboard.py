"""The same ways without a mouse: everything is reached by Tab, seen, and pressed by Enter."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

FOCUS = """() => {
    const it = document.activeElement
    // A search box draws the ring around its icon and its field.
    const style = getComputedStyle(it.closest('.search') ?? it)
    const box = it.getBoundingClientRect()
    const words = it.textContent.trim() || it.getAttribute('aria-labelledby') || ''
    return {
        name: (it.tagName !== 'BUTTON' && (it.getAttribute('aria-label') || it.name)) || words,
        tag: it.tagName,
        ring: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
        onScreen: box.width > 0 && box.right > 0 && box.bottom > 0,
    }
}"""
MOST_STEPS = 120


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field or link of that name has the focus, looking at each step."""
    passed = []
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus["tag"] == "BODY":
            continue
        passed.append(focus["name"])
        assert focus["ring"] >= 2, f"no visible focus on {focus}"
        assert focus["onScreen"], f"the focus is out of sight on {focus}"
        if focus["name"].endswith(name):
            return
    raise AssertionError(f"Tab never came to {name!r}, only to {passed}")


def test_jane_signs_in_and_saves_with_keys_alone(desk, api, jane):
    page = desk.visitor()
    page.goto("/profile/")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["name"] == "Skip to the content"
    page.keyboard.press("Enter")

    tab_to(page, "login")
    page.keyboard.type(desk.demo["user"]["email"])
    tab_to(page, "password")
    page.keyboard.type(desk.demo["user"]["password"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Preferences")).to_be_visible()
    page.wait_for_load_state()  # before, what has the focus has no ring yet
    tab_to(page, "rjf§hobby")
    page.keyboard.press("Control+A")
    page.keyboard.type("chess")
    expect(page.get_by_role("button", name="Save 1 change")).to_be_visible()
    tab_to(page, "Save 1 change")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Your preferences are saved.")).to_be_visible()
    assert api.by_email(jane["email"])["user_metadata"] == {"hobby": "chess"}


def test_an_agent_finds_and_saves_with_keys_alone(desk, api, jane):
    page = desk.signed_in("agent")
    page.goto("/")
    tab_to(page, "Find a user")
    page.keyboard.type("jane.doe")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=jane.doe**")
    tab_to(page, "Doejane.doe@example.com")
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/**")
    tab_to(page, "rjf§plan")
    page.keyboard.type("Pro")
    tab_to(page, "Reason for the change (optional)")
    page.keyboard.type("Ticket 4711")
    expect(page.get_by_role("button", name="Save 1 change")).to_be_visible()
    tab_to(page, "Save 1 change")
    page.keyboard.press("Enter")

    expect(page.get_by_text(re.compile("^Saved"))).to_be_visible()
    assert api.by_email(jane["email"])["app_metadata"] == {"plan": "pro"}


def test_nothing_on_the_largest_page_is_out_of_reach_or_a_trap(desk, jane):
    page = desk.signed_in("admin")
    page.goto(f"/admin/users/user/{jane['user_id']}/change/")

    tab_to(page, "More actions")
    page.keyboard.press("Enter")
    tab_to(page, "Delete this user…")
    page.keyboard.press("Enter")
    page.wait_for_url("**/delete/")
    tab_to(page, "Cancel")
    page.keyboard.press("Enter")

    page.wait_for_url("**/change/")
