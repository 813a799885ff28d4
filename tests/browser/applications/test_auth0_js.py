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
# Of a WebAuth: `ask(method, given)` is a method that takes a callback.
WEB_AUTH = """([options, method, ...given]) => new Promise((resolve) => {
    const app = new auth0.WebAuth(options)
    const object = method.startsWith("client.") ? app.client : app
    object[method.replace("client.", "")](...given, (error, result) => resolve({error, result}))
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


def test_a_new_user_signs_up_and_signs_in_with_a_form_of_the_page(desk_server, call, page, shop, client_id):
    """By `/co/authenticate` and a redirect; contexts of these tests block third-party cookies."""
    home, mail = f"{shop}/auth0-js", "new.ann@example.com"
    options = {
        "domain": desk_server.domain,
        "clientID": client_id,
        "redirectUri": home,
        "responseType": "token id_token",
        "scope": "openid profile email",
    }

    def ask(method: str, *given: Any) -> dict[str, Any]:
        return page.evaluate(WEB_AUTH, [options, method, *given])

    page.goto(home)
    account = {"email": mail, "password": PASSWORD, "connection": REALM}
    metadata = {"favourite_colour": "teal"}
    assert ask("signup", {**account, "user_metadata": metadata})["result"]["email"] == mail
    assert ask("signup", account)["error"]["code"] == "user_exists"
    credentials = {"realm": REALM, "username": mail, "password": PASSWORD}
    wrong = ask("login", {**credentials, "password": "wrong"})["error"]
    assert (wrong["code"], wrong["description"]) == ("access_denied", "Wrong email or password.")

    with page.expect_navigation(url=lambda url: url.startswith(f"{home}#")):
        page.evaluate(f"given => {{ ({WEB_AUTH})(given) }}", [options, "login", credentials])
    answer = ask("parseHash", {})["result"]
    profile = ask("client.userInfo", answer["accessToken"])["result"]
    path = f"/api/v2/users/{profile['sub']}"
    stored = call.get(path).raise_for_status().json()
    call.delete(path).raise_for_status()

    assert answer["idTokenPayload"]["sub"] == profile["sub"]
    assert profile["email"] == mail
    assert stored["user_metadata"] == metadata
