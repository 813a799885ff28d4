"""Documents of one megabyte, and the weight of the page."""

from __future__ import annotations

import json
import time

import pytest

pytestmark = pytest.mark.browser

LARGE = json.dumps(
    {
        "hobby": "surfing",
        "crm": [{"id": 10**20 + number, "text": "é" * 20, "amount": 1.0} for number in range(11_000)],
        "age": 3,
    },
    ensure_ascii=False,
    indent=2,
)


def test_the_example_is_large():
    assert len(LARGE.encode()) > 1_000_000


def test_one_field_is_edited_in_good_time(desk):
    opened = desk(LARGE)
    hobby = opened.editor().get_by_label("Hobby")
    hobby.press("End")
    started = time.perf_counter()
    for letter in "-sailing":
        opened.page.keyboard.press(letter)
    took = time.perf_counter() - started

    assert opened.save()["user_metadata"] == LARGE.replace("surfing", "surfing-sailing")
    assert took < 4


def test_json_mode_opens_edits_and_formats(desk):
    opened = desk(LARGE)
    opened.mode("JSON")
    opened.editor().locator(".cm-content").click()
    opened.page.keyboard.press("Control+Home")
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.type('"n": 1.0,')
    started = time.perf_counter()
    opened.document().get_by_role("button", name="Format").click()
    took = time.perf_counter() - started

    assert opened.text() == LARGE.replace("{\n", '{\n  "n": 1.0,\n', 1)
    assert took < 5


def test_one_long_line_opens(desk):
    text = json.dumps(json.loads(LARGE), separators=(",", ":"))
    opened = desk(text)
    opened.mode("JSON")
    opened.mode("Form")

    assert opened.save()["user_metadata"] == text


def test_the_page_stays_light(desk):
    opened = desk("{}")
    found = opened.page.evaluate(
        "() => performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".map(e => e.decodedBodySize)"
    )

    assert len(found) <= 32
    assert sum(found) <= 750_000
