"""The command palette, shortcuts and toasts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.document import save, write

pytestmark = pytest.mark.browser


@pytest.fixture
def page(desk) -> Page:
    page = desk.seat("agent")
    page.set_viewport_size({"width": 1280, "height": 900})
    return page


def user_page(jane) -> str:
    return f"/admin/users/user/{jane['user_id']}/change/"


def test_a_user_is_found_and_opened_by_keys(page, jane):
    page.goto("/admin/")

    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Find users, pages, segments and actions")
    expect(box).to_be_focused()
    expect(page.get_by_role("option", name="Users", exact=True)).to_be_visible()
    page.keyboard.type("jane do")
    option = page.get_by_role("option", name="Jane Doe")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    page.keyboard.press("Enter")

    page.wait_for_url("**/change/")
    expect(page.get_by_text("jane.doe@example.com").first).to_be_visible()


def test_enter_does_nothing_before_one_has_chosen_and_escape_leads_back(page, jane):
    page.goto(user_page(jane))
    link = page.get_by_role("link", name="Jobs")
    link.focus()

    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Block", exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Command palette")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(link).to_be_focused()


def test_the_open_user_is_blocked_after_a_second_enter_and_unblocked_by_the_toast(page, api, jane):
    page.goto(user_page(jane))

    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Find users, pages, segments and actions")).to_be_focused()
    page.keyboard.type("block")
    expect(page.get_by_role("option", name="Block", exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("option", name="Block: choose again to confirm")).to_be_visible()
    page.keyboard.press("Enter")
    toast = page.locator(".toast")
    expect(toast).to_contain_text("Blocked. Every session has ended.")
    assert api.by_email(jane["email"])["blocked"]
    toast.get_by_role("button", name="Undo").click()

    expect(page.get_by_text("Undone.")).to_be_visible()
    assert not api.by_email(jane["email"])["blocked"]


def test_a_toast_stays_under_the_pointer_and_goes_after_it(page, jane):
    page.goto(user_page(jane))
    page.clock.install()
    write(page, "App metadata", '{"plan": "pro"}')
    save(page)
    toast = page.locator(".toast")
    expect(toast).to_be_visible()

    toast.hover()
    page.clock.run_for(20_000)
    expect(toast).to_be_visible()
    page.mouse.move(5, 5)
    page.clock.run_for(9_000)

    expect(toast).to_have_count(0)


def test_single_keys_move_through_a_list_and_can_be_turned_off(page):
    page.goto("/admin/users/user/")
    rows = page.locator("tbody th a")

    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keyboard shortcuts").get_by_label("Single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)

    # What turns them on again needs none of them.
    page.locator(".account > summary").click()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Single-key shortcuts").check()
    page.get_by_role("button", name="Close").click()


def test_single_keys_are_text_in_fields(page):
    page.goto("/admin/users/user/")
    search = page.locator("#searchbar")

    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("jk/?")

    expect(search).to_have_value("jk/?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_without_scripts_the_message_has_the_button(desk, api, jane):
    page = desk.signed_in("agent", java_script_enabled=False)
    page.goto(user_page(jane))
    page.locator("summary", has_text="Block").click()
    page.locator("button[value=block]").click()

    page.locator(".note").get_by_role("button", name="Undo").click()

    expect(page.get_by_text("Undone.")).to_be_visible()
    assert not api.by_email(jane["email"])["blocked"]
