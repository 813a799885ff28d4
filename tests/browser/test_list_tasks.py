"""Support tasks on the list of users, by the clicks and keys that docs/support-tasks.md names."""

from __future__ import annotations

import gzip
import json

import pytest
from playwright.sync_api import expect

from tests.browser.effort import Effort
from tests.jobs.nursery import wait_until

pytestmark = pytest.mark.browser
LIST = "/admin/users/user/"
# More than a page of the list.
MANY = 60


@pytest.fixture(scope="module")
def lanterns(api) -> None:
    """Users of one kind, more than a page shows."""
    connection = api.client.get("/api/v2/connections").raise_for_status().json()[0]["id"]
    records = [{"email": f"lantern-{number}@example.org", "name": "Lantern"} for number in range(MANY)]
    files = {"users": ("users.json", json.dumps(records).encode())}
    body = {"connection_id": connection}
    job = api.client.post("/api/v2/jobs/users-imports", data=body, files=files).raise_for_status().json()
    wait_until(lambda: api.client.get(f"/api/v2/jobs/{job['id']}").json()["status"] == "completed")


def blocked(api) -> int:
    query = {"q": "email:lantern* AND blocked:true", "include_totals": "true", "search_engine": "v3"}
    return api.client.get("/api/v2/users", params=query).raise_for_status().json()["total"]


def test_find_and_open_a_user(desk, jane):
    page = desk.signed_in("agent")
    page.goto(f"{LIST}?sort=email%3A1")
    agent = Effort(page)

    agent.press("/")
    agent.type("jane do")
    agent.click(page.get_by_role("option").filter(has_text="jane.doe@example.com"))

    expect(page.get_by_text("jane.doe@example.com").first).to_be_visible()
    page.wait_for_url("**/change/**")
    assert agent.spent == (1, 8)


def test_block_all_that_match_and_undo_it(desk, api, lanterns):
    page = desk.signed_in("agent")
    page.goto(LIST)
    agent = Effort(page)

    agent.press("/")
    agent.type("lantern")
    agent.press("Enter")
    expect(page.locator(".bar .count")).to_have_text(str(MANY))
    agent.click(page.get_by_label("Select all on this page"))
    agent.click(page.get_by_text(f"All {MANY} that match"))
    agent.click(page.get_by_role("button", name="Block", exact=True))
    expect(page.get_by_role("heading", name=f"Block {MANY} users?")).to_be_visible()
    agent.press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert blocked(api) == MANY
    agent.click(page.get_by_role("button", name="Undo"))
    expect(page.locator(".facts").get_by_text("Undone")).to_be_visible()
    expect(page.get_by_text("Completed").first).to_be_visible()  # a worker does it

    assert blocked(api) == 0
    assert agent.spent == (4, 10)


def test_an_export_is_downloaded_from_the_page_that_showed_its_progress(desk, jane):
    page = desk.signed_in("agent")
    page.goto(f"{LIST}?q=jane.doe")
    page.get_by_label("Select all on this page").check()
    page.locator("#bulk").get_by_role("button", name="Export").click()
    loaded = []
    page.on("request", lambda request: loaded.append(request) if request.is_navigation_request() else None)

    page.get_by_role("button", name="Export 1 user").click()
    with page.expect_download() as saving:
        page.get_by_role("link", name="Download", exact=True).click()

    assert "jane.doe@example.com" in gzip.decompress(saving.value.path().read_bytes()).decode()
    expect(page.get_by_text("This page shows the progress.")).to_have_count(0)
    assert [request.url for request in loaded].count(page.url) == 1  # not reloaded


def test_a_cell_is_changed_in_a_dialog_and_the_list_stays(desk, api, jane):
    page = desk.signed_in("agent")
    page.goto(f"{LIST}?q=jane.doe&column=app_metadata.plan")
    row = page.locator("tbody tr").filter(has_text="jane.doe@example.com")
    row.hover()

    row.get_by_label("Change Plan").click()
    page.get_by_role("dialog").get_by_label("Value").select_option("Pro")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()

    expect(row.get_by_text("Pro")).to_be_visible()
    expect(row.get_by_label("Change Plan")).to_be_focused()
    expect(page.locator(".toast", has_text="Saved app_metadata.plan").get_by_text("Undo")).to_be_visible()
    assert api.by_email("jane.doe@example.com")["app_metadata"]["plan"] == "pro"


def test_the_users_page_leads_back_to_the_search(desk, jane):
    page = desk.signed_in("agent")
    page.goto(f"{LIST}?q=jane.doe&sort=email%3A1")

    # Anywhere in the row.
    page.locator("tbody tr").filter(has_text="jane.doe@example.com").locator("td").nth(2).click()
    page.wait_for_url("**/change/**")
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Users").click()

    page.wait_for_url(f"**{LIST}?q=jane.doe&sort=email%3A1")


def test_ticks_with_shift_and_the_number_for_screen_readers(desk):
    page = desk.signed_in("agent")
    page.goto(LIST)
    ticks = page.locator("tbody .tick")

    ticks.nth(1).click()
    ticks.nth(4).click(modifiers=["Shift"])

    expect(page.locator("[data-ticked]")).to_have_text("4 selected")
    expect(page.locator("tbody .tick:checked")).to_have_count(4)
    page.get_by_role("button", name="Clear the selection").click()
    expect(page.locator(".bulk")).to_be_hidden()


def test_pages_work_where_the_browser_blocks_storage(desk, jane):
    page = desk.signed_in("agent")
    page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"])
        Object.defineProperty(window, name, { get() { throw new DOMException("", "SecurityError"); } });"""
    )

    page.goto(f"{LIST}?q=jane.doe")
    expect(page.get_by_label("Select all on this page")).to_be_visible()
    page.locator("a.person").first.click()
    page.get_by_role("button", name="Exact times").click()
    expect(page.get_by_role("button", name="Exact times")).to_have_attribute("aria-pressed", "true")
