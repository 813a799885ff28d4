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
    heavy = []
    for path, (most_requests, most_bytes) in LIMITS.items():
        page = desk.visitor() if path in HOSTED else desk.signed_in("admin")
        requests = []
        page.on("requestfinished", lambda one, into=requests: into.append(one))
        page.goto(path.format(jane=jane["user_id"]), wait_until="networkidle")
        counted = [one for one in requests if JSON_EDITOR not in one.url and one.url.startswith("http")]
        size = sum(one.sizes()["responseBodySize"] + one.sizes()["responseHeadersSize"] for one in counted)
        if len(counted) > most_requests or size > most_bytes:
            names = [f"{urlsplit(one.url).path} {one.sizes()['responseBodySize']}" for one in counted]
            heavy.append([f"{path} {len(counted)} requests, {size:,} bytes", *names])
        page.context.close()
        desk.contexts.remove(page.context)
    assert heavy == []
