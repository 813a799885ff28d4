"""The box of a document, whether the editor stands over it or not."""

from __future__ import annotations

from playwright.sync_api import Page

NAMES = {"User metadata": "user_metadata", "App metadata": "app_metadata"}
PUT = """(area, text) => {
    area.value = text
    area.dispatchEvent(new Event("input", { bubbles: true }))
}"""


def write(page: Page, label: str, text: str) -> None:
    """Put a text into the box: typed without JavaScript, else as the editor does, which hides the box at
    a moment of its own after the page has loaded."""
    area = page.locator(f"textarea[name={NAMES[label]}]")
    area.wait_for(state="attached")
    page.wait_for_load_state()
    if page.evaluate("matchMedia('(scripting: none)').matches"):
        area.fill(text)
    else:
        area.evaluate(PUT, text)


def written(page: Page, label: str) -> str:
    """What stands in the box."""
    return page.locator(f"textarea[name={NAMES[label]}]").input_value()


def save(page: Page) -> None:
    """Press the button that saves the documents. Where it says that there is nothing to save, and can't be
    pressed, send the form all the same."""
    button = page.locator("[data-save]")
    if button.is_enabled():
        button.click()
    else:
        button.evaluate("button => { button.disabled = false; button.form.requestSubmit(button) }")
