"""The page of a user and the own page on a phone: little above the metadata, and Save always in reach."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_looks import NARROW

pytestmark = pytest.mark.browser

# Of each line box in which the text is drawn: its top, and where it ends.
LINES = """it => {
    const range = document.createRange()
    range.selectNodeContents(it)
    return [...range.getClientRects()].map(box => [box.top, box.right])
}"""


@pytest.fixture(scope="module")
def user(api) -> dict[str, Any]:
    """A user with a long name and email, whose two documents are filled."""
    return api.create(
        email="konstantina.papadopoulou@northwind-traders.example.com",
        name="Konstantina Papadopoulou-Schmidt",
        email_verified=True,
        password="Quite-A-Secret-77",
        user_metadata={"hobby": "bird watching", "language": "el", "timezone": "Europe/Athens"},
        app_metadata={"plan": "pro", "roles": ["editor", "billing"], "credits": 1250},
    )


@pytest.fixture
def phone(desk, user) -> Page:
    """The user's page."""
    page = desk.signed_in("agent", viewport=NARROW)
    page.goto(f"/admin/users/user/{user['user_id']}/change/")
    expect(page.get_by_label("Plan", exact=True)).to_be_attached()
    return page


def test_the_page_of_a_user_has_its_measures_on_a_phone(phone):
    header = phone.locator(".bar").bounding_box()
    document = phone.locator("#doc_app_metadata").bounding_box()
    bar = phone.locator("[data-save-bar]")
    screen = NARROW["height"]

    assert header["height"] <= 56
    assert document["y"] < screen
    assert foot(bar) == screen
    phone.evaluate("scrollTo(0, 300)")
    assert foot(bar) == screen


def test_an_email_stays_on_one_line(phone):
    lines = phone.locator(".identity-email > :first-child").evaluate(LINES)

    assert len({top for top, _ in lines}) == 1


def test_the_own_page_keeps_save_in_sight_and_names_what_changed(desk, jane):
    page = desk.visitor(viewport=NARROW)
    desk.sign_in(page, "user")  # tests before this one may have ended her sessions
    page.goto("/profile/")
    bar = page.locator(".own-save")
    assert foot(bar) == NARROW["height"]
    expect(bar.get_by_role("button", name="Save changes")).to_be_disabled()

    page.get_by_label("Time zone", exact=True).fill("Europe/Oslo")
    page.get_by_text("Review 1 change").click()

    expect(bar.locator(".key")).to_have_text("Time zone")
    expect(bar.get_by_role("button", name="Save 1 change")).to_be_enabled()
    assert foot(bar) == NARROW["height"]


def test_activity_breaks_neither_words_nor_ids(phone):
    phone.goto(f"{phone.url}?tab=activity")
    entry = phone.locator(".timeline > li").filter(has=phone.locator("[data-copy]")).first
    meta, end = entry.locator(".event-meta"), entry.locator(".event-end")
    word = meta.locator("span:has([data-copy])")

    assert len({top for top, _ in meta.locator("code").evaluate(LINES)}) == 1
    assert len({top for top, _ in word.evaluate(LINES.replace("(it)", "(it.firstChild)"))}) == 1
    # Its line is not shared with the time and Undo.
    assert end.bounding_box()["y"] >= foot(meta)


def test_all_of_the_bar_of_ticked_users_is_on_the_screen(phone):
    phone.goto("/admin/users/user/")
    phone.locator("tbody .tick").first.check()

    for button in phone.locator("#bulk .button").all():
        expect(button).to_be_in_viewport(ratio=1)
        assert button.bounding_box()["x"] + button.bounding_box()["width"] <= NARROW["width"]
    phone.get_by_role("button", name="Clear the selection").click()
    expect(phone.locator("#bulk")).to_be_hidden()


def foot(bar: Locator) -> float:
    """Return where it ends on the screen."""
    box = bar.bounding_box()
    return box["y"] + box["height"]
