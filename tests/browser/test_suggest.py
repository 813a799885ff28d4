"""Suggestions in the search box, by keyboard alone and by mouse."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_query_is_put_together_with_the_keyboard_alone(desk, api, jane):
    page = desk.signed_in("agent")
    page.goto("/admin/users/user/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/suggest/" in request.url else None)
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Find a user")
    expect(box).to_be_focused()
    options = page.get_by_role("option")

    page.clock.install()
    page.clock.pause_at(datetime.now() + timedelta(hours=1))
    page.keyboard.type("hobby")
    page.clock.resume()
    expect(options).to_have_count(1)
    assert len(asked) == 1, "one question for a word typed without a pause"
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_be_focused()
    expect(box).to_have_value("hobby")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id"))
    assert len(asked) == 1, "what was answered is not asked again"
    page.keyboard.press("Tab")

    expect(box).to_have_value("user_metadata.hobby:")
    page.keyboard.type('"surf')
    expect(options).to_have_count(1)
    expect(options).to_contain_text("surfing")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")

    expect(box).to_have_value('user_metadata.hobby:"surfing" ')
    expect(options.filter(has_text="AND")).to_be_visible()
    page.keyboard.press("Enter")  # nothing is chosen: it searches
    page.wait_for_url("**q=user_metadata.hobby**")
    expect(page.get_by_text(jane["email"]).first).to_be_visible()


@pytest.mark.parametrize("width", [1280, 768])
def test_the_box_in_the_header_suggests_users_too(desk, jane, width):
    page = desk.signed_in("agent", viewport={"width": width, "height": 740})
    page.goto("/admin/jobs/")
    page.keyboard.press("/")
    page.keyboard.type("jane d", delay=20)
    option = page.get_by_role("option", name="Jane Doe")
    # A busy server leaves users out; the arrow asks again.
    for _ in range(20):
        with suppress(AssertionError):
            expect(option).to_be_in_viewport(timeout=3_000)
            break
        page.keyboard.press("ArrowDown")
    expect(option).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == width

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Jane Doe")).to_be_visible()


def test_where_there_is_no_room_for_the_box_a_link_leads_to_it(desk):
    page = desk.signed_in("agent", viewport={"width": 360, "height": 740})
    page.goto("/admin/jobs/")

    page.get_by_role("link", name="Find a user").click()

    expect(page.get_by_role("combobox", name="Find a user")).to_be_visible()


def test_the_mouse_takes_one_too_and_leaving_closes_the_list(desk):
    page = desk.signed_in("agent", viewport={"width": 360, "height": 740})
    page.goto("/admin/users/user/?q=nobody.at.all")
    box = page.get_by_role("combobox", name="Find a user")
    box.fill("😀 AND app_metadata.pl")
    option = page.get_by_role("option").first

    expect(option).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    option.click()
    expect(box).to_have_value("😀 AND app_metadata.plan:")
    expect(box).to_be_focused()
    expect(page.get_by_role("listbox")).to_be_visible()
    page.get_by_role("heading", level=1).click()

    expect(page.get_by_role("listbox")).to_be_hidden()


def test_a_key_that_becomes_a_column_is_suggested(desk, jane):
    page = desk.signed_in("agent")
    page.goto("/admin/users/user/?q=jane.doe")
    page.get_by_label("Find a user").press("Escape")
    expect(page.get_by_label("Find a user")).to_have_value("jane.doe")

    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Another key of metadata").press_sequentially("HOB")
    expect(page.get_by_role("option")).to_have_text(re.compile(r"^user_metadata.hobby string · \d+ users$"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Another key of metadata")).to_have_value("user_metadata.hobby")
    page.keyboard.press("Enter")

    expect(page.get_by_role("columnheader", name="Hobby")).to_be_visible()
    expect(page.get_by_role("cell", name="surfing")).to_be_visible()


def test_a_user_is_suggested_and_opened_with_the_keyboard_alone(desk, jane):
    page = desk.signed_in("agent")
    page.goto("/admin/users/user/")
    box = page.get_by_role("combobox", name="Find a user")
    box.press_sequentially("doe jan", delay=20)
    option = page.get_by_role("option").filter(has_text=jane["user_id"])

    expect(option).to_be_visible()
    expect(option).to_contain_text(jane["email"])
    assert page.get_by_role("option").count() <= 10
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    assert results.violations_count == 0, results.generate_report()
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    page.keyboard.press("Enter")

    page.wait_for_url("**/admin/users/user/*/change/")
    expect(page.get_by_text(jane["user_id"]).first).to_be_visible()


def test_names_that_hold_markup_are_text(desk, api):
    name = '<img src=x onerror="document.title=1">'
    if not api.client.get("/api/v2/users-by-email", params={"email": "markup@example.com"}).json():
        api.create(email="markup@example.com", name=name, password="Quite-A-Secret-77")
    page = desk.signed_in("agent")
    page.goto("/admin/users/user/")
    page.get_by_role("combobox", name="Find a user").press_sequentially("markup", delay=20)

    option = page.get_by_role("option").filter(has_text="markup@example.com")
    expect(option).to_contain_text(name)
    expect(option.locator("img")).to_have_count(0)
