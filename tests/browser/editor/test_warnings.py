"""Warnings and suggestions while one types, and the keys that save."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, unquote_plus, urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

HINTS = {
    "user_metadata.age": {
        "types": {"number": 98, "string": 2},
        "items": {},
        "users": "100 users",
        "values": [],
    },
    "user_metadata.hobby": {
        "types": {"string": 3},
        "items": {},
        "users": "3 users",
        "values": ['"chess"', "5"],
    },
    "user_metadata.lone": {"types": {"string": 1}, "items": {}, "users": "1 user", "values": []},
}


@pytest.fixture
def hinted(desk):
    """An agent at Jane's page, where others have values too; with what was asked about them."""
    asked = []

    def answer(route):
        names = parse_qs(urlsplit(route.request.url).query).get("key", [])
        asked.append(route.request.url)
        known = {name: HINTS[name] for name in names if name in HINTS}
        route.fulfill(
            status=200, content_type="application/json", body=json.dumps({"keys": known, "children": []})
        )

    def open_page(text, **options):
        opened = desk(text, **options)
        opened.page.route(re.compile("/metadata/hints/"), answer)
        return opened, asked

    return open_page


def expect_warnings(opened, *warnings):
    """These and no others, once the server has said what other users have."""
    opened.settle()
    shown = opened.editor().locator(".field-warning:visible, .editor-warnings li")
    expect(shown).to_have_text(list(warnings), use_inner_text=True)


def test_a_type_that_hardly_any_user_has_is_named(hinted):
    opened, _ = hinted("{}")
    opened.type_json('{"age": "12", "hobby": 5, "lone": 1, "new": {"a": 1}}')

    expect_warnings(
        opened,
        "age This is text; 98 % of the users with this key have a number.",
        "hobby This is a number; 100 % of the users with this key have text.",
    )
    expect(opened.page.locator("[data-review] summary")).to_contain_text("2 warnings")
    # It is only a warning.
    assert opened.save()["user_metadata"] == '{"age": "12", "hobby": 5, "lone": 1, "new": {"a": 1}}'


def test_a_secret_is_named_at_its_field_and_never_sent_before_saving(hinted):
    opened, asked = hinted('{"hobby": "x"}')
    sent = []
    opened.hear("request", lambda request: sent.append(request.url + (request.post_data or "")))
    opened.editor().get_by_label("Hobby").fill("4111 1111 1111 1111")

    expect_warnings(opened, "This looks like a card number. Do not store secrets in a profile.")
    hobby = opened.editor().get_by_label("Hobby")
    note = hobby.get_attribute("aria-describedby").split()[-1]
    expect(opened.page.locator(f"#{note}")).to_contain_text("card number")
    assert asked
    # All sixteen digits: a port may begin like the card.
    assert not any("4111111111111111" in re.sub(r"\D", "", unquote_plus(text)) for text in sent)
    opened.editor().get_by_label("Hobby").fill("x")
    expect_warnings(opened)


def test_a_large_document_is_named(hinted):
    opened, _ = hinted("{}")
    opened.type_json(json.dumps({"note": "x" * 11_000}))

    expect_warnings(opened, re.compile("^10.8 kB of data, more than the 10 kB advised"))


def test_values_of_other_users_are_suggested(hinted):
    opened, _ = hinted("{}")
    hobby = opened.editor().get_by_label("Hobby")
    hobby.focus()

    expect(hobby).to_have_attribute("list", re.compile("."))
    options = hobby.evaluate("input => [...input.list.options].map(option => option.value)")
    assert options == ["chess"]


def test_a_link_to_a_key_leads_to_its_field_and_checks_it(hinted):
    opened, _ = hinted('{"age": 3, "hobby": "hunter2", "password": "x"}')
    opened.page.goto("about:blank")
    opened.page.goto(f"{opened.server}{opened.address}#user_metadata.password")
    opened.editor().locator(".cm-content").wait_for()

    expect_warnings(opened, "password This looks like a secret. Do not store secrets in a profile.")


def test_enter_opens_the_review_and_a_second_one_saves(hinted):
    opened, _ = hinted('{"hobby": "x"}')
    posted = []
    opened.hear("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    hobby = opened.editor().get_by_label("Hobby")
    hobby.fill("y")
    hobby.press("Enter")

    expect(opened.page.locator("[data-review]")).to_have_attribute("open", "")
    expect(opened.page.locator(":focus")).to_have_text("Save 1 change")
    assert posted == []
    with opened.page.expect_request(lambda request: request.method == "POST"):
        opened.page.keyboard.press("Enter")


@pytest.mark.parametrize("keys", ["Control+s", "Meta+s"])
def test_a_shortcut_saves_where_there_is_something_to_save(hinted, keys):
    opened, _ = hinted('{"hobby": "x"}')
    hobby = opened.editor().get_by_label("Hobby")
    hobby.press(keys)
    hobby.fill("y")

    with opened.page.expect_request(lambda request: request.method == "POST") as sent:
        hobby.press(keys)

    assert '"hobby": "y"' in sent.value.post_data.replace("%22", '"').replace("%3A+", ": ").replace(
        "%3A ", ": "
    )


def test_discard_goes_back_to_what_is_stored(hinted):
    opened, _ = hinted('{"hobby": "x", "n": 1.0}')
    opened.editor().get_by_label("Hobby").fill("y")
    opened.settle()
    expect(opened.editor().locator(".is-changed label")).to_have_text("Hobby")

    opened.page.get_by_role("link", name="Discard").click()

    assert opened.text() == '{"hobby": "x", "n": 1.0}'
    expect(opened.editor().get_by_label("Hobby")).to_have_value("x")
    expect(opened.editor().locator(".is-changed")).to_have_count(0)
    expect(opened.page.locator("[data-save]")).to_be_disabled()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_focus_is_never_behind_the_save_bar(hinted, width):
    opened, _ = hinted('{"hobby": "x"}')
    opened.page.set_viewport_size({"width": width, "height": 500})
    assert opened.page.locator(".save").evaluate("it => getComputedStyle(it).position") == "sticky"
    hidden = []
    for _ in range(40):
        opened.page.keyboard.press("Tab")
        hidden += opened.page.evaluate(
            """() => {
                const bar = document.querySelector('.save')
                const it = document.activeElement
                if (bar.contains(it) || !document.querySelector('main').contains(it)) return []
                const isHidden = it.getBoundingClientRect().bottom > bar.getBoundingClientRect().top + 1
                return isHidden ? [it.name || it.textContent] : []
            }"""
        )
    opened.page.set_viewport_size({"width": 1280, "height": 900})
    assert hidden == []
