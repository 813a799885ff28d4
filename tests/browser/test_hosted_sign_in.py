"""Signing in to an application in a real browser: each hosted page is readable and leads on."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_looks import look
from tests.browser.test_second_factor import PASSWORD, add_the_app
from tests.browser.test_second_factor import sign_in as sign_in_to_own_page
from tests.browser.test_weight import weigh_hosted
from tests.second_factor import code

pytestmark = pytest.mark.browser
# The S256 challenge of RFC 7636, appendix B.
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.fixture
def callback(site) -> str:
    return f"{site}/callback"


@pytest.fixture
def application(api, callback):
    """`application(is_first_party=False)`: the client id of a single-page application."""

    def make(**fields: Any) -> str:
        body = {"name": "Corner Shop", "app_type": "spa", "callbacks": [callback], **fields}
        return api.client.post("/api/v2/clients", json=body).raise_for_status().json()["client_id"]

    return make


@pytest.fixture
def kim(api) -> dict[str, Any]:
    email = f"kim.{secrets.token_hex(4)}@example.com"
    return api.create(email=email, name="Kim Park", password=PASSWORD)


@pytest.fixture
def visitor(desk) -> Page:
    """A browser that leaves our host for the application."""
    page = desk.visitor()
    desk.look_away()
    return page


@pytest.fixture
def authorize(callback):
    """`authorize(page, client_id, prompt="none")`: the request of the application."""

    def go(page: Page, client_id: str, **parameters: str) -> None:
        given = {
            "client_id": client_id,
            "response_type": "code",
            "redirect_uri": callback,
            "scope": "openid profile email",
            "state": "s1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **parameters,
        }
        page.goto(f"/authorize?{urlencode(given)}")

    return go


def type_password(page: Page, user: dict[str, Any], password: str = PASSWORD) -> None:
    page.get_by_label("Email").fill(user["email"])
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def arrive(page: Page) -> dict[str, list[str]]:
    """What the application receives."""
    page.wait_for_url("**/callback?*")
    return parse_qs(urlsplit(page.url).query)


def test_a_user_signs_in_and_stays_signed_in(visitor, authorize, application, kim):
    shop = application()
    authorize(visitor, shop)
    expect(visitor.get_by_role("heading", name="Sign in to Corner Shop")).to_be_visible()
    assert look(visitor) == []
    assert weigh_hosted(visitor) == []

    type_password(visitor, kim, "wrong")
    expect(visitor.get_by_role("alert")).to_be_visible()
    assert look(visitor) == []
    type_password(visitor, kim)
    assert arrive(visitor).keys() == {"code", "state"}

    authorize(visitor, shop)
    assert arrive(visitor)["state"] == ["s1"]

    authorize(visitor, shop, prompt="select_account")
    expect(visitor.get_by_role("button", name="Continue as Kim Park")).to_be_visible()
    assert look(visitor) == []
    visitor.get_by_role("button", name="Continue as Kim Park").click()
    assert "code" in arrive(visitor)

    visitor.goto("/oidc/logout")
    expect(visitor.get_by_role("heading", name="Sign out of all applications?")).to_be_visible()
    assert look(visitor) == []
    visitor.get_by_role("button", name="Sign out").click()
    expect(visitor.get_by_text("You are signed out")).to_be_visible()
    authorize(visitor, shop, prompt="none")
    assert arrive(visitor)["error"] == ["login_required"]


def test_a_visitor_creates_an_account(visitor, authorize, application, api):
    email = f"lee.{secrets.token_hex(4)}@example.com"
    authorize(visitor, application(branding={"terms_url": "https://shop.example.com/terms"}))
    visitor.get_by_role("link", name="Create an account").click()
    expect(visitor.get_by_role("heading", name="Create your Corner Shop account")).to_be_visible()
    assert look(visitor) == []
    assert weigh_hosted(visitor) == []

    visitor.get_by_label("Email").fill(email)
    visitor.get_by_label("Password", exact=True).fill("short")
    visitor.get_by_role("button", name="Create account").click()
    expect(visitor.get_by_role("alert")).to_be_visible()
    assert look(visitor) == []
    visitor.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.get_by_role("button", name="Create account").click()

    assert "code" in arrive(visitor)
    assert api.by_email(email)["email_verified"] is False


def test_a_forgotten_password_is_asked_for(visitor, authorize, application, kim):
    shop = application()
    authorize(visitor, shop)
    visitor.get_by_label("Email").fill(kim["email"])
    visitor.get_by_role("link", name="Forgot").click()
    expect(visitor.get_by_label("Email")).to_have_value(kim["email"])
    assert kim["email"] not in visitor.url
    assert look(visitor) == []
    assert weigh_hosted(visitor) == []

    # Taken over once: the next user of the browser does not find it.
    visitor.reload()
    expect(visitor.get_by_label("Email")).to_have_value("")
    visitor.get_by_label("Email").fill(kim["email"])
    visitor.get_by_role("button", name="Send").click()

    assert look(visitor) == []
    # Where the link of the email leads in the end, in the browser whose sign-in waits.
    visitor.goto(f"/u/password-changed?client_id={shop}")
    expect(visitor.get_by_role("link", name="Back to Corner Shop")).to_be_visible()
    assert look(visitor) == []


def test_others_applications_ask_for_consent_once(visitor, authorize, application, kim):
    partner = application(name="Partner portal", is_first_party=False)
    authorize(visitor, partner)
    type_password(visitor, kim)
    expect(visitor.get_by_role("heading", name="Allow Partner portal access")).to_be_visible()
    assert look(visitor) == []
    assert weigh_hosted(visitor) == []

    visitor.get_by_role("button", name="Do not allow").click()
    assert arrive(visitor)["error"] == ["access_denied"]
    authorize(visitor, partner)
    visitor.get_by_role("button", name="Allow", exact=True).click()
    assert "code" in arrive(visitor)
    authorize(visitor, partner)
    assert "code" in arrive(visitor)


def test_the_second_factor_is_asked_for(visitor, authorize, application, kim):
    sign_in_to_own_page(visitor, kim)
    secret = add_the_app(visitor)
    authorize(visitor, application())

    type_password(visitor, kim)
    expect(visitor.get_by_role("heading", name="Enter your code")).to_be_visible()
    assert look(visitor) == []
    assert weigh_hosted(visitor) == []
    visitor.get_by_label("Code").fill(code(secret, steps=1))
    visitor.get_by_role("button", name="Sign in").click()

    assert "code" in arrive(visitor)


def test_a_wrong_redirect_uri_is_a_page(visitor, authorize, application):
    authorize(visitor, application(), redirect_uri="https://evil.example/")

    expect(visitor.get_by_role("heading", name="The application sent a wrong request")).to_be_visible()
    assert look(visitor) == []


def test_without_javascript(desk, authorize, application, kim):
    page = desk.visitor(java_script_enabled=False)
    desk.look_away()

    authorize(page, application())
    type_password(page, kim)

    assert "code" in arrive(page)
