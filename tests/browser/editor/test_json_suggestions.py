"""Autocompletion of keys and values in JSON mode."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CHILDREN = {
    "app_metadata": [
        {"key": "plan", "detail": "string · 3 users"},
        {"key": "limits", "detail": "object · 2 users"},
    ],
    "app_metadata.limits": [{"key": "calls", "detail": "number · 2 users"}],
}
VALUES = {
    "app_metadata.plan": ({"string": 3}, ['"full"', '"legacy"']),
    "app_metadata.limits.calls": ({"number": 2}, ["5", "500"]),
    "app_metadata.tags": ({"array": 2}, ['"vip"']),
}


def answer(route):
    asked = parse_qs(urlsplit(route.request.url).query)
    known = {
        name: {"types": types, "items": {}, "users": "", "values": values}
        for name, (types, values) in VALUES.items()
        if name in asked.get("key", [])
    }
    below = CHILDREN.get(asked.get("under", [""])[0], [])
    route.fulfill(
        status=200, content_type="application/json", body=json.dumps({"keys": known, "children": below})
    )


# The text with the cursor, what is typed, the first suggestions, and the text with the first of them.
BEGINNINGS = [
    ('{"plan": "|"}', "f", ['"free"', '"full"'], '{"plan": "free"}'),
    ('{"plan": |}', '"le', ['"legacy"'], '{"plan": "legacy"}'),
    ("{|}", "lim", ["limits"], '{"limits": }'),
    ('{"limits": {|}}', "c", ["calls"], '{"limits": {"calls": }}'),
    ('{"limits": {"calls": |}}', "5", ["5", "500"], '{"limits": {"calls": 5}}'),
    ('{"tags": [|]}', '"', ['"vip"'], '{"tags": ["vip"]}'),
    ('{"|": "free", "credits": 1}', "pl", ["plan"], '{"plan": "free", "credits": 1}'),
    ('{"newsletter": |}', "t", ["true"], '{"newsletter": true}'),
]


@pytest.fixture
def typing(desk):
    """`typing(text)`: JSON mode of Jane's app metadata, or of own metadata, with the cursor at the "|"."""

    def open_page(text, **options):
        name = "user_metadata" if options.get("who") == "owner" else "app_metadata"
        opened = desk(**{name: text.replace("|", "")}, **options)
        opened.page.route(re.compile("/metadata/hints/"), answer)
        if name == "app_metadata":
            opened.mode("JSON", name)
        opened.editor(name).locator(".cm-content").click()
        move_to(opened, text.index("|"))
        return opened

    return open_page


def move_to(opened, position):
    opened.page.keyboard.press("Control+Home")
    for _ in range(position):
        opened.page.keyboard.press("ArrowRight")


def suggestions(opened):
    expect(opened.page.locator(".cm-tooltip-autocomplete")).to_be_visible()
    opened.page.wait_for_timeout(80)  # so long its keys do nothing, for what was typed ahead
    return opened.page.locator(".cm-tooltip-autocomplete .cm-completionLabel").all_inner_texts()


def test_a_key_and_its_value_are_chosen_by_keyboard(typing):
    opened = typing('{"credits": 1,\n|}')
    keys = opened.page.keyboard

    keys.press("Control+Space")
    offered = suggestions(opened)
    # The schema's first, without those that the document has.
    assert offered[:2] == ["plan", "hobby"]
    assert "credits" not in offered
    expect(opened.page.locator(".cm-tooltip-autocomplete li").first).to_contain_text("string · 3 users")
    keys.type("pl")
    assert suggestions(opened)[0] == "plan"
    keys.press("ArrowDown")
    content = opened.editor("app_metadata").locator(".cm-content")
    chosen = opened.page.locator(f"#{content.get_attribute('aria-activedescendant')}")
    assert chosen.get_attribute("aria-selected") == "true"
    keys.press("Enter")
    # The values of that key follow at once.
    assert suggestions(opened) == ['"free"', '"full"', '"legacy"']
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")

    assert opened.text("app_metadata") == '{"credits": 1,\n"plan": "full"}'
    keys.press("Control+z")
    assert opened.text("app_metadata") == '{"credits": 1,\n"plan": }'


def test_what_is_typed_is_completed(typing):
    opened = typing("{|}")
    for text, typed, offered, result in BEGINNINGS:
        opened.type_json(text.replace("|", ""), "app_metadata")
        move_to(opened, text.index("|"))
        opened.page.keyboard.type(typed)
        assert suggestions(opened)[: len(offered)] == offered
        opened.page.keyboard.press("ArrowDown")
        opened.page.keyboard.press("Enter")

        assert opened.text("app_metadata") == result


def test_enter_escape_and_tab_stay_what_they_are_while_nothing_is_chosen(typing):
    opened = typing('{"limits": {"calls": |}}')
    popup, keys = opened.page.locator(".cm-tooltip-autocomplete"), opened.page.keyboard

    keys.type("5")
    suggestions(opened)
    keys.press("Enter")
    assert re.sub(r"\s", "", opened.text("app_metadata")) == '{"limits":{"calls":5}}'
    keys.press("Backspace")
    keys.press("Control+Space")
    keys.press("Escape")
    expect(popup).to_have_count(0)
    keys.press("Control+a")
    keys.type('{"p')
    suggestions(opened)
    keys.press("Tab")

    expect(popup).to_have_count(0)
    assert not opened.page.evaluate("document.activeElement.classList.contains('cm-content')")
    assert opened.text("app_metadata") == '{"p'


def test_the_own_page_suggests_the_schema_s_keys_only_and_asks_no_server(typing):
    # In a document with a mistake: the own page has JSON mode only where the form cannot show it.
    opened = typing('{"plan": 1, |, }', who="owner")
    asked = []
    opened.hear("request", lambda request: asked.append(request.url))

    opened.page.keyboard.press("Control+Space")

    offered = suggestions(opened)
    assert offered[0] == "hobby"
    assert not {"plan", "limits", "credits"} & set(offered)
    assert asked == []


def test_the_list_is_accessible_and_fits_on_a_phone(typing, find_violations):
    opened = typing("{|}", viewport={"width": 360, "height": 740})
    opened.page.keyboard.press("Control+Space")
    suggestions(opened)
    opened.page.keyboard.press("ArrowDown")

    assert opened.page.locator(".cm-tooltip-autocomplete ul").get_attribute("aria-label") == "Suggestions"
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 360
    assert find_violations(opened.page) == []
