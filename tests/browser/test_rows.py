"""Rows that lead to one page, in every list: pressed anywhere, by keys, and in a new tab."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# The list, its rows, a part of a row that is no link, and what the URL of the page behind it has.
LISTS = [
    ("/admin/users/user/", "tbody tr", "td.kind-date", "/change/"),
    ("/admin/changes/", ".timeline > li:has([data-row])", ".event-meta > span", "/changes/"),
    ("/admin/jobs/", "tbody tr", ".c-status", "/jobs/job_"),
    ("/admin/segments/", "tbody tr", ".c-owner", "/segments/"),
    ("/admin/metadata/", "tbody tr", ".c-date", "users/user/?"),
    ("/admin/", "section:has(#newest-users) .rows > li", ".when", "/change/"),
]


@pytest.fixture
def page(desk, jane) -> Page:
    return desk.seat("admin")


@pytest.mark.parametrize(("path", "rows", "part", "leads_to"), LISTS)
def test_a_row_leads_to_its_page_wherever_it_is_pressed(page, path, rows, part, leads_to):
    page.goto(path)
    row = page.locator(rows).first
    expect(row).to_have_css("cursor", "pointer")

    row.locator(part).first.click(position={"x": 2, "y": 2})

    page.wait_for_url(f"**{leads_to}**")
    assert not page.url.endswith(path)


def test_a_row_opens_in_a_new_tab_with_ctrl_and_the_middle_button(page):
    page.goto("/admin/segments/")
    cell = page.locator("tbody tr .c-owner").first

    for press in ({"modifiers": ["Control"]}, {"button": "middle"}):
        with page.context.expect_page() as opened:
            cell.click(**press)
        opened.value.wait_for_url("**/segments/seg_**")
        opened.value.close()

    assert page.url.endswith("/admin/segments/")


def test_a_row_is_not_opened_while_text_in_it_is_selected(page):
    page.goto("/admin/segments/")
    cell = page.locator("tbody tr .c-owner").first
    # Instead of going there.
    page.evaluate("""() => document.querySelector('tbody [data-row]').addEventListener(
        'click', (event) => { event.preventDefault(); document.title = 'opened'; })""")

    cell.select_text()
    cell.dispatch_event("click")
    assert page.title() != "opened"
    page.evaluate("getSelection().empty()")
    cell.dispatch_event("click")
    assert page.title() == "opened"


def test_keys_move_through_rows_and_enter_opens_one(page):
    page.goto("/admin/segments/")
    for key in "jjk":
        page.keyboard.press(key)
    expect(page.locator("tbody tr [data-row]").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/segments/seg_**")

    page.goto("/admin/log/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    entry = page.get_by_label("Entry as JSON").first
    expect(entry).to_be_visible()
    entry.click()
    expect(entry).to_be_visible()
