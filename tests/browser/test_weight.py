"""What a page makes a browser load that has nothing in its cache: requests, and bytes as transferred."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser

DASHBOARD = (
    "/admin/users/user/",
    "/admin/users/user/{jane}/change/",
    "/admin/users/user/{jane}/change/?tab=activity",
    "/admin/users/user/{jane}/change/?tab=security",
    "/admin/",
    "/admin/segments/",
    "/admin/metadata/",
    "/admin/indexed-keys/",
    "/admin/changes/",
    "/admin/log/",
    "/admin/jobs/",
    "/admin/webhooks/",
    "/admin/help/pieces/",
    "/profile/",
)
HOSTED = ("/login/", "/password/reset/")
# The most requests and bytes.
LIMITS = {**dict.fromkeys(DASHBOARD, (20, 250_000)), **dict.fromkeys(HOSTED, (8, 120_000))}
# CodeMirror, which a page fetches when JSON mode is opened; without a schema that is at once.
JSON_EDITOR = "/users/js/bundle/code."


def test_pages_are_light(desk, jane):
    admin, visitor = desk.signed_in("admin").context, desk.visitor().context
    # All at once: each has to be watched for half a second in which it asks for nothing more.
    opened = {}
    for path in LIMITS:
        page = (visitor if path in HOSTED else admin).new_page()
        page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        requests = []
        page.on("requestfinished", lambda one, into=requests: into.append(one))
        page.goto(path.format(jane=jane["user_id"]), wait_until="commit")
        opened[path] = page, requests

    heavy = []
    for path, (page, requests) in opened.items():
        most_requests, most_bytes = LIMITS[path]
        page.wait_for_load_state("networkidle")
        counted = [one for one in requests if JSON_EDITOR not in one.url and one.url.startswith("http")]
        size = sum(one.sizes()["responseBodySize"] + one.sizes()["responseHeadersSize"] for one in counted)
        if len(counted) > most_requests or size > most_bytes:
            names = [f"{urlsplit(one.url).path} {one.sizes()['responseBodySize']}" for one in counted]
            heavy.append([f"{path} {len(counted)} requests, {size:,} bytes", *names])
    assert heavy == []
