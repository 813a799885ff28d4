"""A page on another origin signs Jane in and changes her document, as an application of one's own
does: where a client lists the origin, and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
REALM = "Username-Password-Authentication"
REALM_GRANT = "http://auth0.com/oauth/grant-type/password-realm"

# What a page sends that has no library of ours or of Auth0's.
SIGN_IN = """async ({url, body}) => {
    const headers = {'Content-Type': 'application/json', 'Auth0-Client': 'e30='}
    const answer = await fetch(`${url}/oauth/token`, {method: 'POST', headers, body: JSON.stringify(body)})
    return await answer.json()
}"""
CHANGE = """async ({url, user_id, token, document}) => {
    const headers = {'Authorization': `Bearer ${token}`, 'Content-Type': 'application/json'}
    const body = JSON.stringify({user_metadata: document})
    const address = `${url}/api/v2/users/${encodeURIComponent(user_id)}`
    try {
        const answer = await fetch(address, {method: 'PATCH', headers, body})
        return {status: answer.status, etag: answer.headers.get('ETag'), body: await answer.json()}
    } catch (error) {
        return {refused: error.name}
    }
}"""


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(site)
    yield page
    context.close()


def client_of(call: httpx.Client, **more: Any) -> str:
    """A client of pages on these origins."""
    body = {"name": "Shop", "app_type": "spa", "grant_types": [REALM_GRANT], **more}
    return call.post("/api/v2/clients", json=body).raise_for_status().json()["client_id"]


def wait_for(url: str, origin: str, verify: Any = True) -> None:
    """Until every worker knows the origin: what they remember is seconds old."""
    headers = {"Origin": origin, "Access-Control-Request-Method": "PATCH"}
    in_a_row, last_moment = 0, time.monotonic() + 60
    while in_a_row < 10:
        assert time.monotonic() < last_moment
        answer = httpx.options(f"{url}/api/v2/users", headers=headers, verify=verify, timeout=60)
        in_a_row = in_a_row + 1 if "Access-Control-Allow-Origin" in answer.headers else 0
        if not in_a_row:
            time.sleep(0.1)


def credentials(server: Any, client_id: str) -> dict[str, str]:
    person = server.document["user"]
    return {
        "grant_type": REALM_GRANT,
        "client_id": client_id,
        "username": person["email"],
        "password": person["password"],
        "realm": REALM,
        "audience": server.document["audience"],
    }


def test_where_the_client_lists_the_origin_it_works(server, api, jane, page, site):
    url = server.document["url"]
    client_id = client_of(api.client, web_origins=[site])
    wait_for(url, site)

    signed_in = page.evaluate(SIGN_IN, {"url": url, "body": credentials(server, client_id)})
    given = {"url": url, "user_id": jane["user_id"], "token": signed_in["access_token"]}
    changed = page.evaluate(CHANGE, {**given, "document": {"hobby": "chess"}})

    assert changed["status"] == 200
    assert changed["etag"]
    assert changed["body"]["user_metadata"] == {"hobby": "chess"}
    assert api.by_email(jane["email"])["user_metadata"] == {"hobby": "chess"}


def test_where_none_does_the_browser_refuses(server, api, jane, page):
    url = server.document["url"]
    body = credentials(server, client_of(api.client))
    token = api.client.post("/oauth/token", json=body).raise_for_status().json()["access_token"]

    changed = page.evaluate(
        CHANGE, {"url": url, "user_id": jane["user_id"], "token": token, "document": {"hobby": "chess"}}
    )

    assert changed == {"refused": "TypeError"}
    assert api.by_email(jane["email"])["user_metadata"] == {"hobby": "surfing"}
