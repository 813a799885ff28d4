"""The sign-in page in a browser: it fits the screen and helps with passwords."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import new_context

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


@pytest.mark.parametrize(("width", "card"), [(1280, 400), (320, 288)])
def test_it_is_one_card_that_fits_the_screen(server, chromium, width, card):
    # 320 CSS pixels are also 640 at a zoom of 200 %.
    with new_context(chromium, viewport={"width": width, "height": 640}) as context:
        page = context.new_page()
        page.goto(f"{server.local_url}/login/")

        assert page.locator(".hosted-card").bounding_box()["width"] == card
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.get_by_label("Email").bounding_box()["height"] == 40
        assert page.get_by_role("button", name="Sign in").bounding_box()["height"] == 40


def test_a_password_can_be_shown_and_is_sent_hidden(server, chromium):
    with new_context(chromium) as context:
        page = context.new_page()
        page.goto(f"{server.local_url}/login/")
        field = page.get_by_label("Password", exact=True)
        field.fill("a secret")

        page.get_by_role("button", name="Show password").click()
        expect(field).to_have_attribute("type", "text")
        page.get_by_role("button", name="Hide password").click()
        expect(field).to_have_attribute("type", "password")


def test_it_says_that_caps_lock_is_on(server, chromium):
    with new_context(chromium) as context:
        page = context.new_page()
        page.goto(f"{server.local_url}/login/")
        press = (
            "(field, on) => field.dispatchEvent(new KeyboardEvent('keyup', {key: 'A', modifierCapsLock: on}))"
        )
        field, hint = page.get_by_label("Password", exact=True), page.locator("[data-caps-lock]")

        field.evaluate(press, True)
        expect(hint).to_have_text("Caps Lock is on.")
        field.evaluate(press, False)
        expect(hint).to_be_empty()
