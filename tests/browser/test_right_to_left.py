"""Pages for users in a language that is written from right to left."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from tests.browser.test_hosted_sign_in import application, authorize, callback, kim

__all__ = ["application", "authorize", "callback", "kim"]
SHEETS = ("tokens", "pages", "pieces", "editor")
# Sides that a language changes. A toast is in the center in all of them; code is written from left to right.
PHYSICAL = re.compile(
    r"(margin|padding|border)-(left|right)\b|(?<![\w-])(left|right): |(text-align|float): (left|right)"
)
ALIKE = (".toasts {", ".numbered code", ".cm-cursor")
CENTER = "element => { const box = element.getBoundingClientRect(); return (box.left + box.right) / 2 }"


@pytest.mark.parametrize("sheet", SHEETS)
def test_sheets_name_the_start_and_the_end_instead_of_sides(sheet):
    lines = (settings.BASE_DIR / f"static/users/css/{sheet}.css").read_text().splitlines()

    assert [line for line in lines if PHYSICAL.search(line) and not any(name in line for name in ALIKE)] == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_the_sign_in_page_is_mirrored_and_fits(desk, application, authorize, width):
    page = desk.visitor(viewport={"width": width, "height": 800})
    # German words are long.
    authorize(page, application(branding={"terms_url": "https://shop.example.com/terms"}), ui_locales="de")
    places = (page.get_by_text("Passwort vergessen?"), page.get_by_role("button", name="Passwort anzeigen"))
    label = page.locator("label", has_text="Passwort").first

    for direction in ("ltr", "rtl"):
        page.evaluate("direction => { document.documentElement.dir = direction }", direction)
        for place in places:
            assert (place.evaluate(CENTER) < width / 2) is (direction == "rtl")
        assert (label.evaluate(CENTER) < width / 2) is (direction == "ltr")
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_the_own_page_is_mirrored_and_fits(desk, width):
    page = desk.signed_in("user", viewport={"width": width, "height": 800})
    for path in ("/profile/", "/profile/changes/", "/profile/access/", "/profile/security/"):
        page.goto(path)
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        heading = page.locator("h1").evaluate("element => element.getBoundingClientRect().right")
        assert heading > width / 2
