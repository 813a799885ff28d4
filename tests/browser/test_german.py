"""The own page in German: also what its scripts write."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_form_and_its_buttons_are_in_german(desk):
    page = desk.signed_in("user", locale="de-DE")
    page.goto("/profile/")

    add = page.locator(".rjf-add-button").first
    expect(add).to_have_text("Eintrag hinzufügen")
    add.click()

    expect(page.locator(".rjf-form-row-controls button").first).to_have_attribute("title", "Entfernen")
    page.get_by_label("Hobby").fill("Segeln")
    expect(page.get_by_role("button", name="1 Änderung speichern")).to_be_visible()
    # Only files of ours are asked for; `desk` watches that.
    assert page.evaluate("performance.getEntriesByType('resource').length") <= 20
