"""auth0.js itself, on a page of another origin: Jane signs in and changes her own document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ONE_REQUEST
from tests.browser.test_pages_elsewhere import REALM, client_of, wait_for
from tests.own_database import own_database
from tests.sdk.authority import make_authority
from tests.sdk.server import Server
from users.models import DEFAULT_CONNECTION
from users.tokens.scopes import MACHINE_SCOPES

pytestmark = pytest.mark.browser
AUTH0_JS = Path(__file__).parents[1] / "sdk/node/node_modules/auth0-js/dist/auth0.min.js"
PASSWORD = "Correct-horse-7-battery"
# Its calls take a callback: (error, result).
SIGN_IN = """({domain, client_id, given}) => new Promise((resolve, reject) => {
    const app = new auth0.WebAuth({domain, clientID: client_id})
    app.client.login(given, (error, result) => error ? reject(error) : resolve(result))
})"""
CALL = """({domain, token, method, given}) => new Promise((resolve) => {
    const management = new auth0.Management({domain, token})
    management[method](...given, (error, result) => resolve({error, result}))
})"""


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory) -> Iterator[Server]:
    """auth0.js speaks https alone."""
    with own_database("auth0js") as database:
        authority = make_authority(tmp_path_factory.mktemp("authority"))
        settings = {"SECRET_KEY": "x" * 60, "DATABASE_URL": database}
        server = Server(tmp_path_factory.mktemp("auth0js"), authority, **settings)
        server.manage("migrate")
        try:
            yield server.start()
        finally:
            server.stop()


@pytest.fixture(scope="module")
def call(tls_server) -> Iterator[httpx.Client]:
    """The Management API for a client that may do everything."""
    url = f"https://{tls_server.domain}"
    with httpx.Client(base_url=url, verify=tls_server.trust, timeout=60, limits=ONE_REQUEST) as client:
        credentials = tls_server.make_client("Shop", *MACHINE_SCOPES)
        body = {"grant_type": "client_credentials", "audience": f"{url}/api/v2/", **credentials}
        token = client.post("/oauth/token", json=body).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


@pytest.fixture
def person(call) -> Iterator[dict[str, Any]]:
    body = {
        "connection": DEFAULT_CONNECTION,
        "email": "jay.js@example.com",
        "password": PASSWORD,
        "user_metadata": {"hobby": "surfing", "theme": "dark"},
        "app_metadata": {"plan": "free"},
    }
    made = call.post("/api/v2/users", json=body).raise_for_status().json()
    yield made
    call.delete(f"/api/v2/users/{made['user_id']}").raise_for_status()


@pytest.fixture
def page(chromium, site) -> Iterator[Page]:
    context = chromium.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(site)
    page.add_script_tag(path=AUTH0_JS)
    yield page
    context.close()


def test_a_page_signs_its_user_in_and_changes_their_preferences(tls_server, call, person, page, site):
    client_id = client_of(call, web_origins=[site])
    wait_for(f"https://{tls_server.domain}", site, tls_server.trust)
    given = {
        "realm": REALM,
        "username": person["email"],
        "password": PASSWORD,
        "audience": f"https://{tls_server.domain}/api/v2/",
        "scope": "read:current_user update:current_user_metadata",
    }
    names = {"domain": tls_server.domain, "client_id": client_id}

    signed_in = page.evaluate(SIGN_IN, {**names, "given": given})
    assert signed_in["tokenType"] == "Bearer"

    def manage(method: str, *given: Any) -> dict[str, Any]:
        names = {"domain": tls_server.domain, "token": signed_in["accessToken"]}
        return page.evaluate(CALL, {**names, "method": method, "given": given})

    changed = manage("patchUserMetadata", person["user_id"], {"hobby": "chess", "theme": None})
    assert changed["result"]["user_metadata"] == {"hobby": "chess"}
    assert manage("getUser", person["user_id"])["result"]["user_metadata"] == {"hobby": "chess"}

    refused = manage("patchUserAttributes", person["user_id"], {"app_metadata": {"plan": "full"}})
    assert refused["error"]["statusCode"] in (400, 403)
    now = call.get(f"/api/v2/users/{person['user_id']}").json()
    assert (now["user_metadata"], now["app_metadata"]) == ({"hobby": "chess"}, {"plan": "free"})
