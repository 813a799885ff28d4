"""auth0.js itself, on a page of another origin: Jane signs in and changes her own document."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.applications.conftest import PASSWORD, documents
from tests.browser.test_pages_elsewhere import REALM

pytestmark = pytest.mark.browser
# Its calls take a callback: (error, result).
SIGN_IN = """({domain, client_id, given}) => new Promise((resolve, reject) => {
    const app = new auth0.WebAuth({domain, clientID: client_id})
    app.client.login(given, (error, result) => error ? reject(error) : resolve(result))
})"""
CALL = """({domain, token, method, given}) => new Promise((resolve) => {
    const management = new auth0.Management({domain, token})
    management[method](...given, (error, result) => resolve({error, result}))
})"""


def test_a_page_signs_its_user_in_and_changes_their_preferences(
    desk_server, call, jane, page, shop, client_id
):
    page.goto(f"{shop}/auth0-js")
    given = {
        "realm": REALM,
        "username": jane["email"],
        "password": PASSWORD,
        "audience": f"https://{desk_server.domain}/api/v2/",
        "scope": "read:current_user update:current_user_metadata",
    }
    names = {"domain": desk_server.domain, "client_id": client_id}

    signed_in = page.evaluate(SIGN_IN, {**names, "given": given})
    assert signed_in["tokenType"] == "Bearer"

    def manage(method: str, *given: Any) -> dict[str, Any]:
        names = {"domain": desk_server.domain, "token": signed_in["accessToken"]}
        return page.evaluate(CALL, {**names, "method": method, "given": given})

    changed = manage("patchUserMetadata", jane["user_id"], {"hobby": "chess", "theme": None})
    assert changed["result"]["user_metadata"] == {"hobby": "chess"}
    assert manage("getUser", jane["user_id"])["result"]["user_metadata"] == {"hobby": "chess"}

    refused = manage("patchUserAttributes", jane["user_id"], {"app_metadata": {"plan": "full"}})
    assert refused["error"]["statusCode"] in (400, 403)
    assert documents(call, jane) == ({"hobby": "chess"}, {"plan": "free"})
