"""auth0.js 10 and 9 themselves, on a page of another site: users sign up and in, by redirect, popup and
frame, change their own metadata, ask for a new password, and sign out."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.applications.conftest import PASSWORD, documents, sign_in
from tests.browser.applications.test_auth0_spa_js import block_third_party_cookies
from tests.browser.test_pages_elsewhere import REALM

pytestmark = pytest.mark.browser
# Its calls take a callback: (error, result). `method` is a path from a WebAuth, such as "popup.authorize".
WEB_AUTH = """([options, method, ...given]) => new Promise((resolve) => {
    const app = new auth0.WebAuth(options)
    const [name, owner = app] = method.split(".").reverse().map((part, i) => i ? app[part] : part)
    owner[name](...given, (error, result) => resolve({error, result}))
})"""
MANAGEMENT = """({domain, token, method, given}) => new Promise((resolve) => {
    const management = new auth0.Management({domain, token})
    management[method](...given, (error, result) => resolve({error, result}))
})"""


class Application:
    """A page with the library, and how it is configured."""

    def __init__(self, page: Page, library: str, shop: str, domain: str, client_id: str) -> None:
        self.page, self.home, self.domain = page, f"{shop}/{library}", domain
        self.options = {
            "domain": domain,
            "clientID": client_id,
            "redirectUri": self.home,
            "responseType": "token id_token",
            "scope": "openid profile email",
        }
        page.goto(self.home)
        page.evaluate("options => localStorage.setItem('options', JSON.stringify(options))", self.options)

    def ask(self, method: str, *given: Any) -> dict[str, Any]:
        return self.page.evaluate(WEB_AUTH, [self.options, method, *given])

    def leave(self, method: str, *given: Any) -> None:
        """Call what leads to another page."""
        self.page.evaluate(f"given => {{ ({WEB_AUTH})(given) }}", [self.options, method, *given])

    def wait_for_answer(self) -> dict[str, Any]:
        """What the page receives once it is back with an answer in its URL."""
        self.page.wait_for_url(lambda url: url.startswith(f"{self.home}#"))
        return self.ask("parseHash", {})["result"]

    def manage(self, token: str, method: str, *given: Any) -> dict[str, Any]:
        names = {"domain": self.domain, "token": token, "method": method, "given": given}
        return self.page.evaluate(MANAGEMENT, names)


@pytest.fixture(params=["auth0-js", "auth0-js-9"])
def library(request) -> str:
    return request.param


@pytest.fixture
def application(page, library, shop, desk_server, client_id) -> Application:
    return Application(page, library, shop, desk_server.domain, client_id)


def test_a_page_signs_its_user_in_and_changes_their_preferences(application, call, jane):
    given = {
        "realm": REALM,
        "username": jane["email"],
        "password": PASSWORD,
        "audience": f"https://{application.domain}/api/v2/",
        "scope": "read:current_user update:current_user_metadata",
    }

    signed_in = application.ask("client.login", given)["result"]
    assert signed_in["tokenType"] == "Bearer"
    token, user_id = signed_in["accessToken"], jane["user_id"]

    changed = application.manage(token, "patchUserMetadata", user_id, {"hobby": "chess", "theme": None})
    assert changed["result"]["user_metadata"] == {"hobby": "chess"}
    assert application.manage(token, "getUser", user_id)["result"]["user_metadata"] == {"hobby": "chess"}

    refused = application.manage(token, "patchUserAttributes", user_id, {"app_metadata": {"plan": "full"}})
    assert refused["error"]["statusCode"] in (400, 403)
    assert documents(call, jane) == ({"hobby": "chess"}, {"plan": "free"})


def test_a_new_user_signs_up_and_signs_in_with_a_form_of_the_page(application, library, call):
    """By `/co/authenticate` and a redirect; contexts of these tests block third-party cookies."""
    mail = f"new.ann.{library}@example.com"
    account = {"email": mail, "password": PASSWORD, "connection": REALM}
    # Keys of the document keep their spelling, though the library rewrites those of the answer.
    metadata = {"favourite_colour": "teal", "newsletterOptIn": "yes"}
    signed_up = application.ask("signup", {**account, "userMetadata": metadata})["result"]
    assert signed_up["email"] == mail
    assert application.ask("signup", account)["error"]["code"] == "user_exists"
    credentials = {"realm": REALM, "username": mail, "password": PASSWORD}
    wrong = application.ask("login", {**credentials, "password": "wrong"})["error"]
    assert (wrong["code"], wrong["description"]) == ("access_denied", "Wrong email or password.")
    asked = application.ask("changePassword", {"email": mail, "connection": REALM})
    assert (asked["error"], "sent you an email" in asked["result"]) == (None, True)

    application.leave("login", credentials)
    answer = application.wait_for_answer()
    profile = application.ask("client.userInfo", answer["accessToken"])["result"]
    path = f"/api/v2/users/{profile['sub']}"
    stored = call.get(path).raise_for_status().json()
    call.delete(path).raise_for_status()

    assert answer["idTokenPayload"]["sub"] == profile["sub"]
    assert profile["email"] == mail
    assert stored["user_metadata"] == metadata


def test_a_user_signs_in_on_the_hosted_page_and_out_again(application, jane):
    application.leave("authorize", {})
    sign_in(application.page, jane)
    answer = application.wait_for_answer()
    assert answer["idTokenPayload"]["sub"] == jane["user_id"]

    # The frame has no session then.
    block_third_party_cookies(application.page)
    assert application.ask("checkSession", {})["error"]["error"] == "login_required"

    application.page.evaluate(
        "([options, home]) => new auth0.WebAuth(options).logout({returnTo: home})",
        [application.options, application.home],
    )
    application.page.wait_for_url(application.home)
    application.leave("authorize", {})
    expect(application.page.get_by_label("Password")).to_be_visible()


def test_a_user_signs_in_in_a_popup(application, context: BrowserContext, jane):
    with context.expect_page() as opened:
        application.page.evaluate(
            f"given => {{ globalThis.answered = ({WEB_AUTH})(given) }}",
            [application.options, "popup.authorize", {}],
        )
    sign_in(opened.value, jane)

    answer = application.page.evaluate("() => answered")
    assert answer["error"] is None
    assert answer["result"]["idTokenPayload"]["sub"] == jane["user_id"]


def test_a_frame_renews_tokens_where_third_party_cookies_are_allowed(
    own_profile, library, shop, desk_server, client_id, jane
):
    application = Application(own_profile.new_page(), library, shop, desk_server.domain, client_id)
    application.leave("authorize", {})
    sign_in(application.page, jane)
    application.wait_for_answer()

    renewed = application.ask("checkSession", {})

    assert renewed["error"] is None
    assert renewed["result"]["idTokenPayload"]["sub"] == jane["user_id"]
