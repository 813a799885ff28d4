"""Rules in a real browser: their order by drag and by keyboard, and the editor."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def create(page: Page, name: str) -> None:
    page.goto("/admin/rules/new/empty/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create rule").click()
    expect(page.get_by_text("The rule is created.")).to_be_visible()


def expect_order(page: Page, mark: str, names: list[str]) -> None:
    """The list shows the rules with `mark` in their names in the order of `names`."""
    expect(page.locator("tbody th a").filter(has_text=mark)).to_have_text(names)


def test_rules_are_moved_by_keyboard_and_by_drag(desk):
    page = desk.seat("admin")
    mark = secrets.token_hex(4)
    names = [f"{name} {mark}" for name in ("First", "Second")]
    for name in names:
        create(page, name)
    page.goto("/admin/rules/")
    button = page.get_by_role("button", name=f"Move {names[1]} up")

    button.focus()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("Enter")
    expect_order(page, mark, names[::-1])
    expect(page.get_by_text(f"{names[1]} is now rule")).to_be_attached()
    expect(button).to_be_focused()
    page.reload()
    expect_order(page, mark, names[::-1])

    rows = [page.get_by_role("row", name=re.compile(name)) for name in names]
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        rows[0].locator("[data-grip]").drag_to(rows[1], target_position={"x": 300, "y": 2})
    page.reload()
    expect_order(page, mark, names)


def test_the_editor_marks_what_the_engine_refuses_and_saves_with_the_keyboard(desk):
    page = desk.seat("admin")
    create(page, f"Edited {secrets.token_hex(4)}")
    script = page.get_by_role("textbox", name="Script")

    script.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text("function (user, context, callback) {\n  callback(;\n}")
    expect(page.locator("[data-problem]")).to_contain_text("Line 2")
    expect(page.locator(".cm-lint-marker-error")).to_be_visible()
    expect(page.get_by_text("Unsaved changes")).to_be_visible()

    script.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text("function (user, context, callback) {\n  callback(null);\n}")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(page.locator(".cm-content")).to_contain_text("callback(null);")


def test_a_draft_is_tried_without_leaving_the_page(desk, jane):
    page = desk.seat("admin")
    page.goto("/admin/rules/new/empty/")
    script = page.get_by_role("textbox", name="Script")
    script.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(
        "function (user, context, callback) {\n  console.log(user.email);\n  user.a.b;\n}"
    )
    page.get_by_label("User", exact=True).fill(jane["email"])
    page.get_by_role("button", name="Try it").click()

    result = page.get_by_role("region", name="Denied")
    expect(result).to_contain_text(jane["email"])
    result.get_by_role("link", name="Line 3").click()
    expect(script).to_be_focused()
    expect(script).to_contain_text("user.a.b;")


def test_rules_are_written_and_moved_without_scripts(desk):
    page = desk.signed_in("admin", java_script_enabled=False)
    mark = secrets.token_hex(4)
    names = [f"{name} {mark}" for name in ("First", "Second")]
    for name in names:
        create(page, name)
    page.get_by_role("textbox", name="Script").fill("(user, context, callback) => callback(null)")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.goto("/admin/rules/")
    page.get_by_role("button", name=f"Move {names[1]} up").click()
    expect_order(page, mark, names[::-1])
