"""Times are ages or in UTC; the exact local time is in the title of each."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_looks import WIDE

pytestmark = pytest.mark.browser

TOKYO = ZoneInfo("Asia/Tokyo")
STAFF_PAGES = (
    "/admin/",
    "/admin/users/user/",
    "/admin/users/user/{jane}/change/",
    "/admin/users/user/{jane}/change/?tab=activity",
    "/admin/changes/",
    "/admin/log/",
    "/admin/jobs/",
)
OWN_PAGES = ("/profile/", "/profile/changes/")


def local_time(page: Page) -> tuple[str, str]:
    """Return the title of the first time on the page under the pointer, and what it must begin with."""
    time = page.locator("main time[datetime*=T]:visible").first
    time.hover()
    at = datetime.fromisoformat(time.get_attribute("datetime"))
    title = time.get_attribute("title")
    return title, f"{at.astimezone(TOKYO):%-d %b %Y, %H:%M:%S} ({at:%Y-%m-%d %H:%M:%S} UTC)"


@pytest.mark.parametrize(("who", "paths"), [("admin", STAFF_PAGES), ("user", OWN_PAGES)])
def test_every_time_names_the_local_time(desk, jane, who, paths):
    page = desk.visitor(timezone_id="Asia/Tokyo", locale="en-GB")
    desk.sign_in(page, who)
    for path in paths:
        page.goto(path.format(jane=jane["user_id"]))
        title, expected = local_time(page)
        assert title == expected, path


def test_the_facts_about_a_user_stand_on_one_line(desk, jane):
    page = desk.signed_in("agent", viewport=WIDE)
    page.goto(f"/admin/users/user/{jane['user_id']}/change/")
    page.locator(".identity .facts time").evaluate_all("all => all.forEach(it => it.textContent = '11 mo')")
    page.locator(".identity .facts dd").last.evaluate("it => it.textContent = 'Authenticator app'")

    tops = page.locator(".identity .facts > div").evaluate_all("all => all.map(it => it.offsetTop)")
    heights = page.locator(".identity .facts > div").evaluate_all("all => all.map(it => it.offsetHeight)")

    assert (len(tops), len(set(tops)), len(set(heights))) == (5, 1, 1)


def test_a_switch_shows_exact_times_on_the_page_of_a_user_and_stays_so(desk, jane):
    page = desk.signed_in("agent", timezone_id="Asia/Tokyo", locale="en-GB")
    page.goto(f"/admin/users/user/{jane['user_id']}/change/")
    switch = page.get_by_role("button", name="Exact times")
    created = page.locator(".identity time").first
    age = created.inner_text()

    switch.click()
    at = datetime.fromisoformat(created.get_attribute("datetime")).astimezone(TOKYO)
    expect(created).to_have_text(f"{at:%-d %b %Y, %H:%M:%S}")
    page.reload()
    expect(created).to_have_text(f"{at:%-d %b %Y, %H:%M:%S}")
    switch.click()
    expect(created).to_have_text(age)
