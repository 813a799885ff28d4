"""auth0-spa-js 2 itself, on a page of another site: users sign in, stay signed in and sign out."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.applications.conftest import documents, sign_in
from tests.sdk.server import Server

pytestmark = pytest.mark.browser
OWN_METADATA = "read:current_user update:current_user_metadata"
CREATE = "options => { window.client = new auth0.Auth0Client(options) }"
CALL = """([method, given]) => client[method](...given).then(
    (value) => ({value}),
    (error) => ({error: error.error, message: error.message}),
)"""
FETCH = """async ({url, token, method, body}) => {
    const headers = {Authorization: `Bearer ${token}`, "Content-Type": "application/json"}
    const answer = await fetch(url, {method, headers, body: body && JSON.stringify(body)})
    return {status: answer.status, body: await answer.json()}
}"""


class Application:
    """A single-page application: `application.getUser()` is the method of its Auth0Client."""

    def __init__(self, page: Page, server: Server, shop: str, client_id: str, **options: Any) -> None:
        self.page, self.home = page, f"{shop}/auth0-spa-js"
        self.audience = f"https://{server.domain}/api/v2/"
        parameters = {"redirect_uri": self.home, **options.pop("authorizationParams", {})}
        self._options = {
            "domain": server.domain,
            "clientId": client_id,
            "authorizationParams": parameters,
            **options,
        }
        page.goto(self.home)
        page.evaluate(CREATE, self._options)

    def ask(self, method: str, *given: Any) -> dict[str, Any]:
        """Its value, or its error and message."""
        return self.page.evaluate(CALL, [method, given])

    def __getattr__(self, method: str) -> Any:
        def call(*given: Any) -> Any:
            answer = self.ask(method, *given)
            assert "error" not in answer, answer
            return answer.get("value")

        return call

    def log_in(self, user: dict[str, Any] | None) -> None:
        """By redirect, from the page to the server and back. None: an earlier sign-in's session answers."""
        self.page.evaluate("() => { client.loginWithRedirect() }")
        if user:
            sign_in(self.page, user)
        self.page.wait_for_url(lambda url: url.startswith(f"{self.home}?code="))
        self.page.evaluate(CREATE, self._options)
        self.handleRedirectCallback()

    def log_out(self) -> None:
        with self.page.expect_navigation(url=self.home):
            self.page.evaluate("to => { client.logout({logoutParams: {returnTo: to}}) }", self.home)
        self.page.evaluate(CREATE, self._options)

    def fetch(self, method: str, token: str, user_id: str, body: Any = None) -> dict[str, Any]:
        given = {"url": f"{self.audience}users/{user_id}", "token": token, "method": method, "body": body}
        return self.page.evaluate(FETCH, given)


@pytest.fixture
def application(page, desk_server, shop, client_id):
    return lambda of=page, **options: Application(of, desk_server, shop, client_id, **options)


def silently(application: Application) -> dict[str, Any]:
    """The answer to asking for a new token, not for that of the library's cache."""
    return application.ask("getTokenSilently", {"cacheMode": "off"})


def test_a_user_signs_in_by_redirect_and_changes_their_own_metadata(application, desk_server, call, jane):
    audience = f"https://{desk_server.domain}/api/v2/"
    parameters = {"audience": audience, "scope": f"openid profile email {OWN_METADATA}"}
    page = application(authorizationParams=parameters)
    page.log_in(jane)

    user = page.getUser()
    assert (user["sub"], user["email"], user["name"]) == (jane["user_id"], jane["email"], "Jane Roe")
    assert not {"user_metadata", "app_metadata"} & set(user)
    token = page.getTokenSilently()
    read = page.fetch("GET", token, user["sub"])["body"]
    assert read["user_metadata"] == {"hobby": "surfing", "theme": "dark"}
    changed = page.fetch("PATCH", token, user["sub"], {"user_metadata": {"hobby": "chess", "theme": None}})
    assert (changed["status"], changed["body"]["user_metadata"]) == (200, {"hobby": "chess"})
    for body in ({"app_metadata": {"plan": "full"}}, {"app_metadata": {}, "user_metadata": {"hobby": "go"}}):
        assert page.fetch("PATCH", token, user["sub"], body)["status"] in (400, 403)
    assert documents(call, jane) == ({"hobby": "chess"}, {"plan": "free"})


def test_a_frame_gets_tokens_where_third_party_cookies_are_allowed(application, own_profile, jane):
    page = application(own_profile.new_page())
    assert silently(page)["error"] == "login_required"
    page.log_in(jane)

    assert silently(page)["value"]


def test_a_refresh_token_gets_tokens_where_third_party_cookies_are_blocked(
    application, desk_server, call, page, jane
):
    audience = f"https://{desk_server.domain}/api/v2/"
    path = f"/api/v2/resource-servers/{quote(audience, safe='')}"
    call.patch(path, json={"allow_offline_access": True}).raise_for_status()
    block_third_party_cookies(page)
    with_frames = application()
    with_frames.log_in(jane)
    assert silently(with_frames)["error"] == "login_required"

    parameters = {"audience": audience, "scope": f"openid profile email {OWN_METADATA}"}
    with_refresh = application(useRefreshTokens=True, authorizationParams=parameters)
    with_refresh.log_in(None)
    # Each rotates the refresh token.
    assert silently(with_refresh)["value"]
    token = silently(with_refresh)["value"]
    changed = with_refresh.fetch("PATCH", token, jane["user_id"], {"user_metadata": {"hobby": "chess"}})
    assert (changed["status"], changed["body"]["user_metadata"]["hobby"]) == (200, "chess")


def test_a_user_signs_in_in_a_popup_and_out_again(application, context, jane):
    page = application()
    with context.expect_page() as popup:
        page.page.evaluate("() => { window.popup = client.loginWithPopup() }")
    sign_in(popup.value, jane)
    page.page.evaluate("() => popup")
    assert page.getUser()["sub"] == jane["user_id"]

    page.log_out()
    page.page.evaluate("() => { client.loginWithRedirect() }")
    expect(page.page.get_by_label("Password")).to_be_visible()


def block_third_party_cookies(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCookieControls", {"enableThirdPartyCookieRestriction": True})
