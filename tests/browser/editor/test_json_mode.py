"""JSON mode: the same text in an editor for it, with errors in sentences."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def alert(desk, name="user_metadata"):
    desk.settle()
    return desk.editor(name).get_by_role("alert")


MISTAKES = {
    "last comma": ('{\n  "a": 1,\n}', "Line 2, column 9: nothing follows this comma; remove it."),
    "no comma": ('{\n  "a": 1\n  "b": 2\n}', "Line 3, column 3: a comma is missing before this."),
    "no colon": ('{"a" 1}', "Line 1, column 6: a colon is missing between the key and its value."),
    "no value": ('{"a": }', "Line 1, column 7: a value is missing here."),
    "no quotes": ("{a: 1}", "Line 1, column 2: this is not JSON; text stands in double quotes."),
    "no brace": ('{"a": 1', "Line 1, column 8: a closing brace } is missing."),
    "no bracket": ('{"a": [1', "Line 1, column 9: a closing bracket ] is missing."),
    "no quote": ('{"a": "x}', "Line 1, column 7: the closing quote of this text is missing."),
    "rest": ('{"a": 1} x', "Line 1, column 10: this is not JSON; text stands in double quotes."),
    "more": ('{"a": 1} 2', "Line 1, column 10: the document ends before this; remove the rest."),
    "comment": ('{"a": 1 /* x */}', "Line 1, column 9: JSON has no comments; remove this."),
    "escape": (
        '{"a": "\\x"}',
        "Line 1, column 7: this escape does not exist in JSON; a backslash itself is written \\\\.",
    ),
    "tab": ('{"a": "b\tc"}', "Line 1, column 7: this character must be escaped, a line break as \\n."),
    "invisible": (
        '{"a": "\u00a0",\u00a0"b": 1}',
        "Line 1, column 11: this is an invisible character, U+00A0 (no-break space); remove it.",
    ),
    "a list": ("[]", "The document must be an object: keys and values in braces { }."),
    "twice": (
        '{"a": 1,\n "a": 2}',
        "Line 2, column 2: the key “a” is given twice in one object; keep one.",
    ),
}


def test_says_what_is_wrong_and_where_and_stays(desk):
    opened = desk("{}")
    for text, said in MISTAKES.values():
        opened.type_json(text)

        expect(alert(opened)).to_have_text(said)
        opened.document().get_by_role("tab", name="Form").click()

        assert opened.chosen_mode() == "JSON"
        expect(opened.editor().locator(".rjf-form-wrapper")).to_be_hidden()
        expect(alert(opened)).to_have_text(said)
        assert opened.text() == text
    assert opened.save()["user_metadata"] == text


def test_the_fixed_text_is_drawn_again(desk):
    opened = desk('{"hobby": "x"}')
    opened.type_json('{"hobby": ')
    opened.type_json('{"hobby": "y", "address": {"city": "Oslo"}}')
    opened.mode("Form")

    expect(alert(opened)).to_be_hidden()
    expect(opened.editor().get_by_label("Hobby")).to_have_value("y")
    expect(opened.editor().get_by_label("City")).to_have_value("Oslo")


def test_both_modes_edit_one_text(desk):
    opened = desk('{"hobby": "x"}')
    opened.editor().get_by_label("Hobby").fill("y")
    opened.mode("JSON")

    expect(opened.editor().locator(".cm-content")).to_have_text('{"hobby": "y"}')

    opened.type_json('{"hobby": "z", "n": 1.0}')
    opened.mode("Form")
    opened.editor().get_by_label("Hobby").fill("w")

    assert opened.save()["user_metadata"] == '{"hobby": "w", "n": 1.0}'


def test_format_moves_white_space_only(desk):
    opened = desk('{"n":1.0,"e":1E+2,"i":12345678901234567890,"s":"a  \\u00e9","l":[1,2],"o":{},"p":[]}')
    opened.mode("JSON")

    opened.document().get_by_role("button", name="Format").click()

    assert opened.text() == (
        '{\n  "n": 1.0,\n  "e": 1E+2,\n  "i": 12345678901234567890,\n  "s": "a  \\u00e9",\n'
        '  "l": [\n    1,\n    2\n  ],\n  "o": {},\n  "p": []\n}'
    )
    assert opened.status().startswith("No changes but in layout")
    opened.editor().locator(".cm-content").click()
    opened.page.keyboard.press("Control+z")
    assert opened.text().startswith('{"n":1.0')


def test_format_leaves_a_bad_text_alone(desk):
    opened = desk("{}")
    opened.type_json('{"a":1,}')

    opened.document().get_by_role("button", name="Format").click()

    assert opened.text() == '{"a":1,}'
    expect(alert(opened)).to_contain_text("nothing follows this comma")


def test_codemirror_is_fetched_when_first_opened(desk):
    opened = desk("{}", is_real_time=True)
    asked = "() => performance.getEntriesByType('resource').filter(e => /bundle.code/.test(e.name)).length"

    assert opened.page.evaluate(asked) == 0
    opened.mode("JSON")
    opened.mode("JSON", "app_metadata")
    assert opened.page.evaluate(asked) == 1


def test_where_codemirror_cannot_be_had_the_textarea_stands_in(desk):
    opened = desk('{"hobby": "x"}')
    opened.page.route("**/bundle/code.*", lambda route: route.abort())
    with opened.page.expect_event("requestfailed"):
        opened.document().get_by_role("tab", name="JSON").click()
    opened.page.locator("textarea[name=user_metadata]").fill('{"hobby": "typed", "n": 1.0}')
    opened.document().get_by_role("tab", name="Form").click()
    opened.editor().get_by_label("Hobby").fill("y")

    opened.complaints.clear()  # of the file that was kept from it
    assert opened.save()["user_metadata"] == '{"hobby": "y", "n": 1.0}'


def test_tab_leaves_the_box_and_search_opens(desk):
    opened = desk('{"hobby": "x"}')
    opened.mode("JSON")
    opened.editor().locator(".cm-content").click()
    opened.page.keyboard.press("Control+f")
    expect(opened.editor().locator(".cm-search")).to_be_visible()
    opened.page.keyboard.type("hob")

    opened.page.keyboard.press("Escape")
    expect(opened.editor().locator(".cm-search")).to_have_count(0)
    expect(opened.editor().locator(".cm-content")).to_be_focused()
    opened.page.keyboard.press("Tab")
    expect(opened.editor().locator(".cm-content")).not_to_be_focused()
    assert opened.text() == '{"hobby": "x"}'
