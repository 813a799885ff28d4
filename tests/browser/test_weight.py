"""What a page makes a browser load that has nothing in its cache: requests, and bytes as transferred."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Request, TimeoutError

pytestmark = pytest.mark.browser

DASHBOARD = (
    "/admin/users/user/add/",
    "/admin/users/user/",
    "/admin/users/user/bulk/block/?all=1&q=example",
    "/admin/users/user/{lukasz}/change/",
    *(
        f"/admin/users/user/{{jane}}/change/?tab={tab}"
        for tab in ("metadata", "profile", "security", "roles", "activity", "notes", "raw")
    ),
    "/admin/",
    "/admin/segments/",
    "/admin/segments/new/",
    "/admin/metadata/",
    "/admin/indexed-keys/",
    "/admin/changes/",
    "/admin/log/",
    "/admin/jobs/",
    "/admin/jobs/{job}/",
    "/admin/webhooks/",
    "/admin/connections/",
    "/admin/rules/",
    "/admin/rules/new/metadata_to_claims/",
    "/admin/apis/",
    "/admin/applications/",
    "/admin/applications/{application}/?tab=settings",
    "/admin/help/pieces/",
    "/profile/",
)
HOSTED = ("/login/", "/password/reset/")
# The most requests and bytes. The hosted pages of a sign-in to an application are measured where tests come
# to them (`test_hosted_sign_in`).
HOSTED_LIMIT = (8, 120_000)
LIMITS = {**dict.fromkeys(DASHBOARD, (20, 250_000)), **dict.fromkeys(HOSTED, HOSTED_LIMIT)}
# CodeMirror, which a page fetches when JSON mode is opened; without a schema that is at once.
JSON_EDITOR = "/users/js/bundle/code."
# Each has to be watched for half a second in which it asks for nothing more; too many starve each other.
PAGES_AT_ONCE = 8
# Milliseconds after all that the document itself names has been loaded.
IDLE_TIMEOUT = 3000
LATIN_EXTENDED = "/users/fonts/inter-latin-ext"


@pytest.fixture
def lukasz(api) -> Iterator[str]:
    """The user_id of a user with a Polish name, whose letters a font file of their own has."""
    user_id = api.create(
        email="lukasz@example.com", password="a long enough passphrase", name="Łukasz Wiśniewski"
    )["user_id"]
    yield user_id
    api.client.delete(f"/api/v2/users/{user_id}").raise_for_status()


def test_pages_are_light(desk, api, jane, lukasz):
    job = api.client.post("/api/v2/jobs/users-exports", json={"format": "json"}).raise_for_status().json()
    ids = {"jane": jane["user_id"], "lukasz": lukasz, "job": job["id"]}
    found = api.client.get("/api/v2/clients", params={"per_page": 1}).raise_for_status().json()
    ids["application"] = found[0]["client_id"]
    admin, visitor = desk.signed_in("admin").context, desk.visitor().context
    heavy = []
    for paths in batched(LIMITS, PAGES_AT_ONCE):
        opened = {path: open_page(visitor if path in HOSTED else admin, path.format(**ids)) for path in paths}
        for path, (page, requests) in opened.items():
            wait_until_idle(page)
            heavy += excess(path, requests, LIMITS[path])
            page.close()
    assert heavy == []


def weigh_hosted(page: Page) -> list[str]:
    """What this hosted page loads on a first visit, if that is too much."""
    # With the cookies of this browser alone: its memory holds what the page has loaded, cache or none.
    with page.context.browser.new_context(storage_state=page.context.storage_state()) as context:
        first, requests = open_page(context, page.url)
        wait_until_idle(first)
        return excess(page.url, requests, HOSTED_LIMIT)


def wait_until_idle(page: Page) -> None:
    page.wait_for_load_state()
    # Chromium does not always report that a page in the background is idle.
    with suppress(TimeoutError):
        page.wait_for_load_state("networkidle", timeout=IDLE_TIMEOUT)


def batched(paths: Iterable[str], size: int) -> Iterator[list[str]]:
    left = iter(paths)
    while batch := list(islice(left, size)):
        yield batch


def open_page(context: BrowserContext, path: str) -> tuple[Page, list[Request]]:
    """The page without a cache, and the list that its finished requests are added to."""
    page = context.new_page()
    context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    requests: list[Request] = []
    # In a function: Playwright refuses built-in methods.
    page.on("requestfinished", lambda one: requests.append(one))
    page.goto(path, wait_until="commit")
    return page, requests


def excess(path: str, requests: list[Request], limit: tuple[int, int]) -> list[str]:
    """What the page loads, if that is more than the limit."""
    counted = [one for one in requests if JSON_EDITOR not in one.url and one.url.startswith("http")]
    if "{lukasz}" in path:
        assert any(LATIN_EXTENDED in one.url for one in counted)
    sizes = {one.url: one.sizes() for one in counted}
    assert all(one["responseBodySize"] for one in sizes.values()), "it came out of a cache"
    total = sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes.values())
    most_requests, most_bytes = limit
    if len(counted) <= most_requests and total <= most_bytes:
        return []
    names = [f"{urlsplit(url).path} {one['responseBodySize']}" for url, one in sizes.items()]
    return [f"{path} {len(counted)} requests, {total:,} bytes", *names]
