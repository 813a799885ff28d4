"""A support task of docs/support-tasks.md: find a key in which types differ, and open a user to correct."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.jobs.nursery import wait_until

pytestmark = pytest.mark.browser

KEY = "visits_per_month"
CLICKS = 5


class Clicks:
    """Clicks, counted; nothing is typed."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, target: Locator) -> None:
        self.count += 1
        target.click()


def take_a_sample(page: Page) -> None:
    """By an earlier visit, or by the job of the night. One that a worker is taking already may have passed
    the new users, and no other is taken until it is done."""
    row = page.get_by_role("row").filter(has_text=KEY)
    button = page.get_by_role("button", name="Take a new sample")

    def is_found() -> bool:
        page.goto("/admin/metadata/?types=differ")
        if row.count() == 0 and button.count() == 1:
            with page.expect_response(lambda answer: answer.request.method == "POST"):
                button.click()
            return False
        return row.count() == 1

    wait_until(is_found, seconds=60)


def test_a_type_conflict_is_found_and_opened_in_five_clicks(desk, api):
    api.create(email="first.visitor@example.com", app_metadata={KEY: 3})
    api.create(email="second.visitor@example.com", app_metadata={KEY: 4})
    wrong = api.create(email="wrong.visitor@example.com", app_metadata={KEY: "4"})
    page = desk.signed_in("agent")
    take_a_sample(page)
    page.goto("/admin/")
    clicks = Clicks()

    clicks.on(page.get_by_role("navigation", name="Dashboard").get_by_role("link", name="Metadata"))
    clicks.on(page.get_by_role("link", name=re.compile("Types differ")))
    row = page.get_by_role("row").filter(has_text=KEY)
    clicks.on(row.get_by_role("link", name="Text", exact=True))
    clicks.on(page.locator("a.person", has_text=wrong["email"]))
    clicks.on(page.get_by_text("JSON", exact=True).last)

    expect(page.get_by_role("textbox", name="App metadata")).to_contain_text(f'"{KEY}": "4"')
    assert clicks.count == CLICKS
