"""For everybody: keyboard only, screen readers, dark and light, small windows, no JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

DOCUMENT = """{
  "hobby": "surfing", "language": "other", "age": 12, "newsletter": true,
  "address": {"city": "Oslo"}, "links": ["a", "b"], "topics": ["art"],
  "pets": [{"name": "Rex"}], "crm": 1
}"""
PAGES = [pytest.param("agent", id="desk"), pytest.param("owner", id="own page")]


@pytest.mark.parametrize(
    ("who", "mode"),
    [("agent", "Form"), ("agent", "JSON"), ("owner", "Form")],
    ids=["desk", "JSON", "own page"],
)
def test_axe_finds_nothing(desk, find_violations, who, mode):
    opened = desk(DOCUMENT, who=who)
    if mode == "JSON":
        for name in ("user_metadata", "app_metadata"):
            opened.mode("JSON", name)
        opened.type_json('{"a": 1,}')
    else:
        opened.editor().get_by_label("Hobby").fill("x")
    opened.settle()
    if mode == "Form":
        opened.page.locator("[data-review] summary").click()

    assert find_violations(opened.page) == []


def test_every_input_has_a_name_and_its_help(desk):
    opened = desk(DOCUMENT)
    editor = opened.editor()

    expect(editor.get_by_role("textbox", name="Links 2")).to_have_value("b")
    expect(editor.get_by_role("group", name="Pets 1").get_by_label("Name")).to_have_value("Rex")
    help_text = editor.get_by_label("Hobby").get_attribute("aria-describedby")
    expect(opened.page.locator(f"#{help_text}")).to_have_text("Shown to other people.")
    for name in ("Move down Links 1", "Remove Links 2", "Add item to Pets", "Collapse Address"):
        expect(editor.get_by_role("button", name=name)).to_have_count(1)


def focused(desk):
    return desk.page.evaluate(
        "document.activeElement.getAttribute('name') || document.activeElement.textContent"
    )


def test_the_focus_goes_along_in_lists(desk):
    opened = desk('{"links": ["a", "b"]}')
    editor, keys = opened.editor(), opened.page.keyboard

    editor.get_by_role("button", name="Add item to Links").press("Enter")
    expect(editor.get_by_role("textbox", name="Links 3")).to_be_focused()
    keys.type("c")
    for left in (2, 1, 0):
        editor.get_by_role("button", name="Remove Links 1").press("Enter")
        opened.settle()
        expect(editor.get_by_role("textbox", name=re.compile("^Links"))).to_have_count(left)
        if left:
            expect(editor.get_by_role("textbox", name="Links 1")).to_be_focused()
    expect(editor.get_by_role("button", name="Add item to Links")).to_be_focused()
    assert opened.save()["user_metadata"] == '{"links": []}'


def test_the_tabs_are_one_stop_and_arrows_move_between_them(desk):
    opened = desk('{"hobby": "x"}')
    keys = opened.page.keyboard
    opened.document().get_by_role("tab", name="Form").focus()

    keys.press("ArrowRight")
    assert (opened.chosen_mode(), focused(opened)) == ("JSON", "JSON")
    keys.press("Home")
    assert (opened.chosen_mode(), focused(opened)) == ("Form", "Form")
    keys.press("ArrowLeft")
    assert opened.chosen_mode() == "JSON"
    opened.type_json("{")
    opened.document().get_by_role("tab", name="JSON").focus()
    keys.press("ArrowLeft")
    opened.settle()
    assert (opened.chosen_mode(), focused(opened)) == ("JSON", "JSON")


def tab_to(opened, name):
    for _ in range(200):
        opened.page.keyboard.press("Tab")
        if focused(opened) == name:
            return
    pytest.fail(f"no Tab leads to {name}")


def test_a_document_is_edited_and_saved_by_keyboard_alone(desk):
    opened = desk('{"hobby": "x", "n": 1.0}')
    keys = opened.page.keyboard
    tab_to(opened, "rjf§hobby")
    keys.press("Control+a")
    keys.type("chess")
    opened.settle()
    tab_to(opened, "do")
    expect(opened.page.locator(":focus")).to_have_text("Save 1 change")

    with opened.page.expect_request(lambda request: request.method == "POST") as sent:
        keys.press("Enter")

    assert "chess" in sent.value.post_data


@pytest.mark.parametrize(
    ("who", "mode"),
    [("agent", "Form"), ("agent", "JSON"), ("owner", "Form")],
    ids=["desk", "JSON", "own page"],
)
def test_nothing_scrolls_sideways_on_a_phone(desk, who, mode):
    text = DOCUMENT.replace("surfing", "x" * 300).replace('"crm"', '"' + "k" * 300 + '"')
    opened = desk(text, who=who, viewport={"width": 360, "height": 740})
    if who == "agent":
        opened.page.locator("label:has([data-shows=user_metadata])").click()
    if mode == "JSON":
        opened.mode("JSON")
        opened.editor().locator(".cm-content").click()
        opened.page.keyboard.press("Control+f")
    else:
        opened.editor().get_by_label("Hobby").fill("y" * 300)
        opened.settle()
        opened.page.locator("[data-review] summary").click()

    assert opened.page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("who", PAGES)
def test_without_javascript_the_textarea_stands_and_posts(desk, who):
    opened = desk('{"hobby": "x", "n": 1.0}', who=who, java_script_enabled=False)
    area = opened.page.locator("textarea[name=user_metadata]")

    expect(area).to_be_visible()
    expect(opened.page.get_by_role("tab")).to_have_count(0)
    assert opened.save()["user_metadata"] == '{"hobby": "x", "n": 1.0}'


TOO_SMALL = """all => all.filter(button => {
    const { width, height } = button.getBoundingClientRect()
    return width < 24 || height < 24
}).map(button => button.outerHTML)"""


def test_targets_are_large_enough(desk):
    opened = desk(DOCUMENT)

    assert opened.editor().locator("button:visible").evaluate_all(TOO_SMALL) == []


def test_the_page_s_own_theme_switch_is_followed(desk):
    opened = desk(DOCUMENT)
    for theme, ground in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(22, 24, 27)")):
        opened.page.emulate_media(color_scheme="dark" if theme == "light" else "light")
        opened.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        opened.page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")
        grounds = opened.page.locator(".doc, .rjf-form-row input[type=text]").evaluate_all(
            "all => all.map(e => getComputedStyle(e).backgroundColor)"
        )
        assert set(grounds) == {ground}
    opened.page.emulate_media(color_scheme="light")
