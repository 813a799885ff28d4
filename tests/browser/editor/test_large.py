"""Documents of one megabyte, and the weight of the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page

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


@contextmanager
def seconds_of_work(page: Page) -> Iterator[list[float]]:
    """How long the page's main thread works, not counting what it waits for on a busy machine."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")

    seconds, before = [], worked()
    yield seconds
    seconds.append(worked() - before)
    session.detach()


def test_one_field_is_edited_in_good_time(desk):
    opened = desk(LARGE)
    hobby = opened.editor().get_by_label("Hobby")
    hobby.press("End")
    with seconds_of_work(opened.page) as took:
        for letter in "-sailing":
            opened.page.keyboard.press(letter)

    assert opened.save()["user_metadata"] == LARGE.replace("surfing", "surfing-sailing")
    assert 0 < took[0] < 4


def test_json_mode_opens_edits_and_formats(desk):
    opened = desk(LARGE)
    opened.mode("JSON")
    opened.editor().locator(".cm-content").click()
    opened.page.keyboard.press("Control+Home")
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.type('"n": 1.0,')
    with seconds_of_work(opened.page) as took:
        opened.document().get_by_role("button", name="Format").click()

    assert opened.text() == LARGE.replace("{\n", '{\n  "n": 1.0,\n', 1)
    assert 0 < took[0] < 5


def test_one_long_line_opens(desk):
    text = json.dumps(json.loads(LARGE), separators=(",", ":"))
    opened = desk(text)
    opened.mode("JSON")
    opened.mode("Form")

    assert opened.save()["user_metadata"] == text


def test_the_page_stays_light(desk):
    opened = desk("{}", is_real_time=True)
    found = opened.page.evaluate(
        "() => performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".map(e => e.decodedBodySize)"
    )

    assert 1 < len(found) <= 32
    assert sum(found) <= 750_000
