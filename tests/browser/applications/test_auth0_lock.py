"""Lock 14 itself, on a page of another site: its users sign up, sign in and ask for a new password."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.applications.conftest import PASSWORD
from tests.browser.applications.test_auth0_spa_js import block_third_party_cookies
from users.models import DEFAULT_CONNECTION

pytestmark = pytest.mark.browser
EVENT = "name => globalThis.events?.find((event) => event.name === name)?.value"


class Form:
    """Lock's form. Every request that leaves the two sites is in `foreign`."""

    def __init__(self, page: Page, server: Any, shop: str, client_id: str) -> None:
        self.page, self.home, self._ours = page, f"{shop}/auth0-lock", (shop, f"https://{server.domain}/")
        self.foreign: list[str] = []
        page.on("request", self._note)
        self._given = {"clientId": client_id, "domain": server.domain}

    def _note(self, request: Request) -> None:
        if request.url.startswith("http") and not request.url.startswith(self._ours):
            self.foreign.append(request.url)

    def open(self, *, redirect: bool = True, show: dict[str, Any] | None = None, **options: Any) -> None:
        auth = {
            "redirect": redirect,
            "redirectUrl": self.home,
            "responseType": "token id_token",
            "params": {"scope": "openid profile email"},
            **options.pop("auth", {}),
        }
        # What stops Lock from asking other hosts: see docs/from-auth0.md.
        at_home = {
            "theme": {"logo": "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>"},
            "languageBaseUrl": f"https://{self._given['domain']}",
            "avatar": None,
        }
        self.page.goto(self.home)
        given = {**self._given, "options": {"auth": auth, **at_home, **options}}
        self.page.evaluate("([given, show]) => open_lock(given, show)", [given, show or {}])

    def fill(self, email: str, password: str) -> None:
        self.page.get_by_placeholder("yours@example.com").fill(email)
        self.page.get_by_placeholder("your password").fill(password)

    def submit(self, label: str = "Log In") -> None:
        self.page.get_by_role("button", name=label, exact=True).click()

    def event(self, name: str) -> dict[str, Any]:
        """The value of the event, once it is emitted, on this page or after a redirect."""
        self.page.wait_for_function(EVENT, arg=name)
        return self.page.evaluate(EVENT, name)

    def profile(self) -> dict[str, Any]:
        token = self.event("authenticated")["accessToken"]
        answer = self.page.evaluate("token => get_user_info(token)", token)
        assert answer["error"] is None
        return answer["profile"]


@pytest.fixture
def form(page, desk_server, shop, client_id) -> Form:
    return Form(page, desk_server, shop, client_id)


def test_a_user_signs_in_by_redirect_after_a_wrong_password(form, jane):
    block_third_party_cookies(form.page)
    form.open()
    form.fill(jane["email"], "wrong")
    form.submit()
    expect(form.page.get_by_text("Wrong email or password.")).to_be_visible()
    assert form.event("authorization_error")["code"] == "invalid_user_password"

    form.fill(jane["email"], PASSWORD)
    form.submit()

    profile = form.profile()
    assert (profile["sub"], profile["email"]) == (jane["user_id"], jane["email"])
    assert not {"user_metadata", "app_metadata"} & set(profile)
    assert form.foreign == []


def test_a_user_signs_in_in_a_frame_and_asks_for_a_new_password(form, jane):
    block_third_party_cookies(form.page)
    form.open(redirect=False)
    form.fill(jane["email"], PASSWORD)
    form.submit()
    assert form.profile()["sub"] == jane["user_id"]

    form.open(show={"initialScreen": "forgotPassword"})
    form.page.get_by_placeholder("yours@example.com").fill(jane["email"])
    form.submit("Send email")
    expect(form.page.get_by_text(re.compile("We've just sent you an email"))).to_be_visible()


def test_a_new_user_signs_up_with_more_fields_and_is_signed_in(form, call):
    choices = [{"value": "de", "label": "German"}, {"value": "fr", "label": "French"}]
    form.open(
        redirect=False,
        initialScreen="signUp",
        mustAcceptTerms=True,
        languageDictionary={"signUpTerms": "I accept the terms."},
        additionalSignUpFields=[
            {"name": "fav_color", "placeholder": "your color"},
            {"name": "lang", "type": "select", "placeholder": "your language", "options": choices},
            {"name": "news", "type": "checkbox", "placeholder": "Send me news", "prefill": "false"},
            {"name": "src", "type": "hidden", "value": "page1"},
            {"name": "given_name", "storage": "root", "placeholder": "your name"},
            {"name": "email_verified", "storage": "root", "type": "hidden", "value": "true"},
            {"name": "blocked", "storage": "root", "type": "hidden", "value": "true"},
            {"name": "app_metadata", "storage": "root", "type": "hidden", "value": '{"plan":"full"}'},
        ],
    )
    page = form.page
    form.fill("new.kim@example.com", PASSWORD)
    page.get_by_placeholder("your color").fill("blue")
    page.get_by_placeholder("your name").fill("Kim")
    page.get_by_text("Send me news").click()
    page.locator("[name=lang]").click()
    page.get_by_text("German").click()
    page.get_by_text("I accept the terms.").click()
    form.submit("Sign Up")

    path = f"/api/v2/users/{form.profile()['sub']}"
    stored = call.get(path).raise_for_status().json()
    call.delete(path).raise_for_status()
    assert (stored["given_name"], stored["email_verified"]) == ("Kim", False)
    assert stored["user_metadata"] == {"fav_color": "blue", "lang": "de", "news": "true", "src": "page1"}
    assert not {"blocked", "app_metadata"} & set(stored)


RULE = """function (user, context, callback) {
  const { hobby } = user.user_metadata || {};
  if (hobby === 'refused') return callback(new UnauthorizedError('Come back tomorrow.'));
  if (hobby === 'factor') context.multifactor = { provider: 'any' };
  context.idToken['https://shop.example/hobby'] = hobby;
  callback(null, user, context);
}"""


@pytest.fixture
def change_jane(call, jane):
    def change(**fields: Any) -> None:
        call.patch(f"/api/v2/users/{jane['user_id']}", json=fields).raise_for_status()

    return change


@pytest.fixture
def rule(call):
    """A rule whose decision is the user's hobby."""
    made = call.post("/api/v2/rules", json={"name": "Hobby", "script": RULE}).raise_for_status().json()
    yield
    call.delete(f"/api/v2/rules/{made['id']}").raise_for_status()


def test_a_claim_of_a_rule_is_in_the_profile(form, rule, jane):
    form.open(redirect=False)
    form.fill(jane["email"], PASSWORD)
    form.submit()

    assert form.profile()["https://shop.example/hobby"] == "surfing"


def test_a_refusal_is_explained(form, rule, change_jane, jane):
    page = form.page
    form.open(redirect=False)

    def attempt() -> None:
        form.fill(jane["email"], PASSWORD)
        form.submit()

    change_jane(blocked=True)
    attempt()
    expect(page.get_by_text("user is blocked")).to_be_visible()
    change_jane(blocked=False, user_metadata={"hobby": "refused"})
    attempt()
    expect(page.get_by_text("Come back tomorrow.")).to_be_visible()
    change_jane(user_metadata={"hobby": "factor"})
    attempt()
    expect(page.get_by_text(re.compile("second factor"))).to_be_visible()
    # By redirect the hosted page asks for it.
    form.open()
    attempt()
    expect(page.get_by_role("heading", name="Set up an authenticator app")).to_be_visible()


@pytest.fixture
def strict_passwords(call):
    """The policy of the connection; the password of these tests follows it."""
    connections = call.get("/api/v2/connections", params={"name": DEFAULT_CONNECTION})
    [connection] = connections.raise_for_status().json()
    path = f"/api/v2/connections/{connection['id']}"
    options = {**connection["options"], "passwordPolicy": "good"}
    call.patch(path, json={"options": options}).raise_for_status()
    yield
    call.patch(path, json={"options": connection["options"]}).raise_for_status()


def test_a_bad_sign_up_is_explained(form, jane, strict_passwords):
    page = form.page
    form.open(redirect=False, initialScreen="signUp")
    form.fill("new.bo@example.com", "weak")
    form.submit("Sign Up")
    expect(page.get_by_text("At least 8 characters in length")).to_be_visible()
    form.fill(jane["email"], PASSWORD)
    form.submit("Sign Up")
    expect(page.get_by_text("already exists")).to_be_visible()


def test_the_form_speaks_another_language_without_asking_another_host(form, jane):
    form.page.goto(form.home)
    form.open(redirect=False, language="de", languageDictionary=form.page.evaluate("german"))
    form.page.get_by_placeholder("Ihr Passwort").fill("wrong")
    form.page.get_by_placeholder("ihremail@example.com").fill(jane["email"])
    form.submit("Anmelden")

    expect(form.page.get_by_text("Falsche E-Mail-Adresse oder Passwort.")).to_be_visible()
    assert form.foreign == []
