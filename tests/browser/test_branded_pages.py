"""The hosted pages with the brand of an application: readable in both themes, and without scripts."""

from __future__ import annotations

import base64
import random

import pytest
from playwright.sync_api import expect

from tests.browser.test_hosted_sign_in import application, arrive, authorize, callback, kim, visitor
from tests.browser.test_looks import look
from tests.browser.test_second_factor import PASSWORD
from tests.browser.test_weight import weigh_hosted
from users.representation.logos import MAX_BYTES, encode_logo

__all__ = ["application", "authorize", "callback", "kim", "visitor"]
pytestmark = [pytest.mark.browser, pytest.mark.one_database]
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100"><rect width="300" height="100"/></svg>'
)
BRANDING = {
    "logo": encode_logo(LOGO),
    "terms_url": "https://shop.example.com/terms",
    "privacy_url": "https://shop.example.com/privacy",
}


@pytest.mark.parametrize(
    ("accent", "button"),
    [("#ffdd00", "rgb(255, 221, 0)"), ("#1a0033", "rgb(26, 0, 51)")],
    ids=["yellow", "nearly black"],
)
def test_every_accent_can_be_read(visitor, authorize, application, accent, button):
    authorize(visitor, application(branding={**BRANDING, "accent_color": accent}), ui_locales="de")

    expect(visitor.get_by_role("button", name="Anmelden")).to_have_css("background-color", button)
    assert look(visitor) == []
    visitor.get_by_role("link", name="Registrieren").click()
    assert look(visitor) == []


def test_the_largest_logo_takes_no_request_and_keeps_the_page_light(visitor, authorize, application):
    # A comment that does not compress.
    filler = base64.b64encode(random.Random(1).randbytes(MAX_BYTES))
    start, end = LOGO.removesuffix(b"</svg>") + b"<!--", b"--></svg>"
    logo = start + filler[: MAX_BYTES - len(start) - len(end)] + end

    authorize(visitor, application(branding={"logo": encode_logo(logo)}))

    expect(visitor.locator("img.hosted-image")).to_be_visible()
    assert weigh_hosted(visitor) == []


def test_pages_fit_a_small_screen_without_scripts(desk, authorize, application, kim):
    page = desk.visitor(java_script_enabled=False, viewport={"width": 320, "height": 640})
    desk.look_away()

    def check_width() -> None:
        # No script runs in the page, so the card is measured.
        box = page.locator("main").bounding_box()
        assert (box["x"], box["width"]) == (16, 288)
        for part in page.locator("main *:visible").all():
            assert part.evaluate("element => element.getBoundingClientRect().right") <= 304 + 1

    authorize(page, application(branding=BRANDING, is_first_party=False), ui_locales="de")
    check_width()
    page.get_by_role("link", name="Registrieren").click()
    page.get_by_role("button", name="Registrieren").click()
    check_width()
    page.get_by_role("link", name="Anmelden").click()
    page.get_by_role("link", name="Passwort vergessen?").click()
    check_width()
    page.get_by_role("link", name="Zurück zur Anmeldung").click()
    page.get_by_label("E-Mail-Adresse").fill(kim["email"])
    page.get_by_label("Passwort", exact=True).fill("wrong")
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("alert")).to_contain_text("E-Mail-Adresse oder Passwort ist falsch.")
    check_width()
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    check_width()
    page.get_by_role("button", name="Erlauben", exact=True).click()

    assert "code" in arrive(page)
