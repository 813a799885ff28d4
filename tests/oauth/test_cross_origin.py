"""Sign-in forms on pages of applications: from `/co/authenticate` by a login ticket to `/authorize`."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlencode

import pytest
from django.test import Client as Browser
from django.utils import timezone

from tests.conftest import PASSWORD, SHELL
from tests.oauth.answers import REALM, REALM_GRANT, refused
from tests.oauth.sign_in_browser import CALLBACK, answer_of, authorize, follow, sign_in
from tests.second_factor import code, enrol
from users.actions.account.block_user import block_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.rules.rules import create_rule
from users.models import Connection, LogEvent, LoginTicket, Session, User
from users.models.authorization import hash_token
from users.sign_in import hooks
from users.sign_in.outcomes import SignInDenied

SHOP = "https://shop.example"
TOKENS = {
    "response_type": "token id_token",
    "nonce": "n",
    "code_challenge": ...,
    "code_challenge_method": ...,
}
FRAME = {**TOKENS, "prompt": "none", "response_mode": "web_message"}


@pytest.fixture(autouse=True)
def _own_address(_address):
    pass


@pytest.fixture
def form(spa, jane):
    """Sends the form of the shop's page; `...` leaves a value out."""

    def send(*, origin=SHOP, client=spa, by=None, **changed):
        good = {
            "client_id": client.client_id,
            "username": jane.email,
            "password": PASSWORD,
            "realm": REALM,
            "credential_type": REALM_GRANT,
        }
        body = {name: value for name, value in (good | changed).items() if value is not ...}
        headers = {"origin": origin} if origin else {}
        browser = by or Browser(enforce_csrf_checks=True)
        return browser.post("/co/authenticate", json.dumps(body), "application/json", headers=headers)

    return send


@pytest.fixture
def ticket(form):
    """A ticket for Jane."""

    def get(**changed) -> str:
        answer = form(**changed)
        assert answer.status_code == 200, answer.content
        return answer.json()["login_ticket"]

    return get


def enter(browser, client, ticket, *, referer=f"{SHOP}/", **changed):
    """Go on to `/authorize` with a ticket, as a page of the shop does."""
    given = {"login_ticket": ticket, "realm": REALM} | TOKENS | changed
    return authorize(browser, client, headers={"referer": referer} if referer else {}, **given)


def message_of(response):
    """What the frame sends to the page."""
    assert response.status_code == 200, response
    found = re.search(
        r'<script id="message" type="application/json">(.*?)</script>', response.content.decode()
    )
    return json.loads(found[1])["response"]


# --- The ticket ---------------------------------------------------------------------------------


def test_a_right_password_gets_a_ticket_of_which_only_the_hash_is_stored(form, jane, spa):
    answer = form()

    body = answer.json()
    assert answer.status_code == 200
    assert body.keys() == {"login_ticket", "co_verifier", "co_id"}
    assert answer["Cache-Control"] == "no-store"
    assert answer["Access-Control-Allow-Origin"] == SHOP
    assert answer["Access-Control-Allow-Credentials"] == "true"
    assert not answer.cookies
    stored = LoginTicket.objects.get()
    assert (stored.user, stored.client, stored.origin) == (jane, spa, SHOP)
    assert stored.ticket_hash == hash_token(body["login_ticket"])


def test_a_form_may_name_no_realm(form):
    assert form(credential_type="password", realm=...).status_code == 200


def test_the_body_may_be_a_form(spa, jane):
    body = {
        "client_id": spa.client_id,
        "username": jane.email,
        "password": PASSWORD,
        "credential_type": "password",
    }
    assert Browser().post("/co/authenticate", body, headers={"origin": SHOP}).status_code == 200


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"password": "wrong"}, (403, "access_denied", "Wrong email or password.")),
        ({"username": "stranger@example.com"}, (403, "access_denied", "Wrong email or password.")),
        ({"username": ...}, (400, "invalid_request", "Missing required parameter: username")),
        ({"password": ...}, (400, "invalid_request", "Missing required parameter: password")),
        ({"client_id": ...}, (400, "invalid_request", "Missing required parameter: client_id")),
        ({"realm": ...}, (400, "invalid_request", "Missing required parameter: realm")),
        ({"realm": "unknown"}, (400, "invalid_request", "the connection was not found")),
        ({"credential_type": ...}, (400, "invalid_request", "Missing required parameter: credential_type")),
        ({"client_id": "unknown"}, (403, "unauthorized_client", "Unknown client: unknown")),
    ],
)
def test_a_wrong_form_is_refused(form, changed, answer):
    assert refused(form(**changed)) == answer
    assert not LoginTicket.objects.exists()


def test_an_unknown_kind_of_credential_is_refused(form):
    assert refused(form(credential_type="banana"))[:2] == (400, "invalid_request")


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "https://evil.example",
        "https://shop.example.evil.example",
        "http://shop.example",
        "https://shop.example:8443",
        "*",
    ],
)
def test_a_page_of_another_origin_gets_no_ticket_and_no_attempt_is_counted(form, origin):
    answer = form(origin=origin)

    assert refused(answer)[:2] == (403, "unauthorized_client")
    assert not LogEvent.objects.exists()


def test_a_wildcard_among_the_origins_counts_for_nothing(form, make_app):
    careless = make_app(is_public=True, allowed_origins=["https://*.shop.example"])

    assert form(client=careless, origin="https://*.shop.example").status_code == 403
    assert form(client=careless, origin="https://a.shop.example").status_code == 403


def test_another_clients_origin_counts_for_nothing(form, make_app):
    other = make_app(is_public=True, web_origins=["https://other.example"])

    assert form(origin="https://other.example").status_code == 403
    assert form(client=other, origin="https://other.example").status_code == 200


def test_pages_of_third_parties_never_see_passwords(form, make_app):
    third = make_app(is_public=True, callbacks=[CALLBACK], is_first_party=False)

    assert refused(form(client=third))[:2] == (403, "unauthorized_client")


def test_a_connection_that_is_not_enabled_for_the_client_gives_no_ticket(form, spa):
    spa.connections.clear()

    assert refused(form()) == (400, "invalid_request", "the connection is not enabled")


def test_a_blocked_user_is_refused_once_the_password_is_right(form, jane):
    block_user(jane, actor=SHELL)

    assert refused(form()) == (403, "unauthorized", "user is blocked")
    assert refused(form(password="wrong"))[1] == "access_denied"


def test_staff_are_refused_once_the_password_is_right(form, agent):
    assert refused(form(username=agent.email))[:2] == (403, "unauthorized")
    assert refused(form(username=agent.email, password="wrong"))[1] == "access_denied"
    assert not LoginTicket.objects.exists()


def test_guessing_is_locked_out(form):
    for _ in range(5):
        form(password="wrong")

    answer = form()
    assert refused(answer)[:2] == (429, "too_many_attempts")
    assert int(answer["Retry-After"]) > 0


def test_other_methods_are_refused(spa):
    answer = Browser().get("/co/authenticate")

    assert refused(answer)[:2] == (405, "method_not_allowed")


def test_a_preflight_is_answered_for_registered_origins_only(spa):
    asked = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,auth0-client",
    }
    for origin, allowed in ((SHOP, SHOP), ("https://evil.example", None)):
        answer = Browser().options("/co/authenticate", headers={"origin": origin, **asked})
        assert answer.get("Access-Control-Allow-Origin") == allowed
        assert "origin" in answer["Vary"].lower()


# --- Signing in with it -------------------------------------------------------------------------


def test_a_ticket_signs_in_by_a_redirect_and_opens_a_session(browser, spa, jane, ticket):
    window = browser()

    answer = answer_of(enter(window, spa, ticket()))

    assert answer["state"] == "s-1"
    assert {"access_token", "id_token"} <= answer.keys()
    assert Session.objects.get().user == jane
    assert window.cookies["sso"]["httponly"]
    again = answer_of(authorize(window, spa, **TOKENS, prompt="none"))
    assert "id_token" in again
    assert User.objects.get(pk=jane.pk).logins_count == 1
    assert LogEvent.objects.filter(type="s", user_id=jane.user_id).count() == 1


def test_a_ticket_signs_in_in_a_frame(browser, spa, ticket):
    response = enter(browser(), spa, ticket(), **FRAME)

    assert message_of(response)["state"] == "s-1"
    assert "id_token" in message_of(response)
    assert f"frame-ancestors {SHOP}" in response["Content-Security-Policy"]


def test_nothing_depends_on_cookies_of_third_parties(spa, ticket):
    """The frame has none, and the browser drops those of the answer."""
    assert "id_token" in message_of(enter(Browser(), spa, ticket(by=Browser()), **FRAME))


def test_a_ticket_signs_in_as_another_user_than_the_session(browser, spa, jane, make_user, ticket):
    window, kim = browser(), make_user("kim", password=PASSWORD)
    sign_in(window, spa, kim)

    assert "id_token" in answer_of(enter(window, spa, ticket()))

    assert [session.user for session in Session.objects.filter(kind=Session.Kind.SSO)] == [jane]


@pytest.mark.parametrize("referer", [f"{SHOP}/", ""])
def test_a_ticket_is_used_once(browser, spa, ticket, referer):
    text = ticket()
    enter(browser(), spa, text, referer=referer)

    answer = answer_of(enter(browser(), spa, text, referer=referer))

    assert (answer["error"], answer["error_description"]) == (
        "access_denied",
        "Unknown or invalid login ticket.",
    )
    assert answer["state"] == "s-1"


@pytest.mark.parametrize(
    "changed", [{"referer": "https://evil.example/"}, {"realm": "other"}, {"login_ticket": "lt_unknown"}]
)
def test_a_ticket_of_another_origin_or_realm_is_refused_and_spent(browser, spa, ticket, changed):
    text = ticket()

    assert answer_of(enter(browser(), spa, text, **changed))["error"] == "access_denied"

    assert not Session.objects.exists()
    if "login_ticket" not in changed:
        assert "error" in answer_of(enter(browser(), spa, text))


def test_a_ticket_of_another_client_is_refused(browser, make_app, spa, ticket):
    other = make_app(is_public=True, callbacks=[CALLBACK], grant_types=["implicit"])

    assert answer_of(enter(browser(), other, ticket()))["error"] == "access_denied"


def test_a_ticket_of_another_connection_is_refused(browser, spa, ticket):
    partners = Connection.objects.create(name="partners")
    partners.clients.add(spa)

    answer = answer_of(enter(browser(), spa, ticket(), realm=..., connection="partners"))

    assert answer["error"] == "access_denied"


def test_a_ticket_ends_after_a_minute(browser, spa, ticket):
    text = ticket()
    LoginTicket.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert answer_of(enter(browser(), spa, text))["error"] == "access_denied"


def test_a_ticket_ends_with_the_users_access(browser, spa, jane, ticket):
    text = ticket()
    edit_user(jane, Edit(password="Another-horse-8-battery"), actor=SHELL)

    assert answer_of(enter(browser(), spa, text))["error"] == "access_denied"


def test_a_user_who_was_blocked_since_is_refused_by_name(browser, spa, jane, ticket):
    text = ticket()
    block_user(jane, actor=SHELL)

    answer = answer_of(enter(browser(), spa, text))

    assert (answer["error"], answer["error_description"]) == ("unauthorized", "user is blocked")


def test_a_browser_that_does_not_say_whose_page_it_was_gets_no_session(browser, spa, jane, make_user, ticket):
    """Or another site could sign a user in as another one, with a ticket of its own."""
    window, kim = browser(), make_user("kim", password=PASSWORD)
    sign_in(window, spa, kim)

    answer = answer_of(enter(window, spa, ticket(), referer=""))

    assert "id_token" in answer
    assert [session.user for session in Session.objects.filter(kind=Session.Kind.SSO)] == [kim]


def test_without_the_page_of_the_form_no_other_user_is_asked_for_consent(browser, spa, make_user, ticket):
    """The session is Kim's, the password was Jane's: the application must not get Kim's tokens for it."""
    window, kim = browser(), make_user("kim", password=PASSWORD)
    sign_in(window, spa, kim)

    asked = enter(window, spa, ticket(), referer="", prompt="consent")

    assert asked["Location"].startswith("/u/login")


def test_another_user_than_the_hint_names_is_refused(browser, spa, jane, make_user, ticket):
    kim = make_user("kim", password=PASSWORD)
    hint = answer_of(sign_in(browser(), spa, kim, **TOKENS))["id_token"]

    assert answer_of(enter(browser(), spa, ticket(), id_token_hint=hint))["error"] == "login_required"


@pytest.mark.parametrize("redirect_uri", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_ticket_leads_to_no_other_address(browser, spa, ticket, redirect_uri):
    for mode in ("fragment", "web_message"):
        response = enter(browser(), spa, ticket(), redirect_uri=redirect_uri, response_mode=mode)
        assert response.status_code in (400, 403)
        assert "Location" not in response


def test_markup_in_the_state_ends_no_script(browser, spa, ticket):
    response = enter(browser(), spa, ticket(), **FRAME, state="</script><b>")

    assert "</script><b>" not in response.content.decode()
    assert message_of(response)["state"] == "</script><b>"


# --- Second factor and hooks --------------------------------------------------------------------


def test_a_second_factor_is_asked_for_on_the_hosted_page(browser, spa, jane, ticket):
    secret = enrol(jane)
    window = browser()

    asked = enter(window, spa, ticket())

    assert asked["Location"].startswith("/u/")
    assert not Session.objects.filter(user=jane).exists()
    left = window.post(asked["Location"], {"code": code(secret)})
    assert "id_token" in answer_of(follow(window, left))


def test_a_frame_says_that_there_is_a_second_factor(browser, spa, jane, ticket):
    enrol(jane)

    answer = message_of(enter(browser(), spa, ticket(), **FRAME))

    assert answer["error"] == "unauthorized"
    assert "second factor" in answer["error_description"]
    assert "id_token" not in answer


def test_without_the_page_of_the_form_the_password_is_asked_for_again_before_a_second_factor(
    browser, spa, jane, ticket
):
    enrol(jane)

    asked = enter(browser(), spa, ticket(), referer="")

    assert asked["Location"].startswith("/u/login")


def test_a_hook_refuses_in_its_own_words(browser, spa, ticket, monkeypatch):
    def refuse(sign_in):
        raise SignInDenied("Only on weekdays.", error="unauthorized")

    monkeypatch.setattr(hooks, "POST_LOGIN", [refuse])

    answer = message_of(enter(browser(), spa, ticket(), **FRAME))

    assert (answer["error"], answer["error_description"]) == ("unauthorized", "Only on weekdays.")


def test_rules_run_and_refuse_in_their_own_words(browser, spa, ticket):
    script = """function (user, context, callback) {
        callback(user.user_metadata.hobby === "surfing" ? new UnauthorizedError("No surfing.") : null)
    }"""
    create_rule(name="No surfing", script=script, actor=SHELL)

    answer = message_of(enter(browser(), spa, ticket(), **FRAME))

    assert (answer["error"], answer["error_description"]) == ("unauthorized", "No surfing.")


# --- The operator's own sign-in page ------------------------------------------------------------

OWN = "http://127.0.0.1:8000"


@pytest.fixture
def own_form(spa, jane):
    """Sends the form of a page that the operator serves on the domain of the server."""

    def send(*, origin=OWN, **changed):
        body = {
            "client_id": spa.client_id,
            "redirect_uri": CALLBACK,
            "response_type": "token id_token",
            "scope": "openid profile",
            "state": "s-1",
            "nonce": "n",
            "tenant": "example",
            "sso": True,
            "popup_options": {},
            "connection": REALM,
            "username": jane.email,
            "password": PASSWORD,
        } | changed
        body = {name: value for name, value in body.items() if value is not ...}
        headers = {"origin": origin} if origin else {}
        return Browser().post(
            "/usernamepassword/login", json.dumps(body), "application/json", headers=headers
        )

    return send


def fields_of(answer) -> dict[str, str]:
    """What the page of the operator submits."""
    assert answer.status_code == 200, answer.content
    text = answer.content.decode()
    assert text.startswith(f'<form method="post" name="hiddenform" action="{OWN}/login/callback">')
    return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', text)}


def test_a_page_of_the_operator_signs_in_by_a_form(browser, jane, own_form):
    window = browser()

    fields = fields_of(own_form())

    assert fields["wa"] == "wsignin1.0"
    answer = answer_of(window.post("/login/callback", fields, headers={"origin": OWN}))
    assert answer["state"] == "s-1"
    assert "id_token" in answer
    assert Session.objects.get().user == jane


def test_a_form_of_another_site_opens_no_session(browser, own_form):
    """Login CSRF: the ticket is the attacker's own."""
    assert (
        answer_of(
            browser().post(
                "/login/callback", fields_of(own_form()), headers={"origin": "https://evil.example"}
            )
        )["error"]
        == "access_denied"
    )
    answer_of(browser().post("/login/callback", fields_of(own_form()), headers={"origin": "null"}))

    assert not Session.objects.exists()


def test_a_link_of_our_own_pages_opens_no_session_with_a_ticket(browser, spa, own_form):
    """Login CSRF: a redirect after the sign-in to the dashboard has our own origin as its referrer too."""
    window = browser()

    enter(window, spa, fields_of(own_form())["wresult"], referer=f"{OWN}/accounts/login/")

    assert not Session.objects.exclude(user=None).exists()


def test_the_parameters_of_the_callback_are_checked_again(browser, own_form):
    fields = fields_of(own_form())
    changed = {name: value[0] for name, value in parse_qs(fields["wctx"]).items()}
    changed["redirect_uri"] = "https://evil.example/"

    answer = browser().post(
        "/login/callback", {**fields, "wctx": urlencode(changed)}, headers={"origin": OWN}
    )

    assert answer.status_code == 403
    assert "Location" not in answer


@pytest.mark.parametrize(
    "fields", [{}, {"wctx": "client_id=a"}, {"wresult": "x"}, {"wresult": "x", "wctx": "%00"}]
)
def test_a_callback_without_its_fields_gets_a_page(browser, db, fields):
    assert browser().post("/login/callback", fields).status_code in (400, 403)


def test_a_callback_is_no_link(browser, db):
    assert browser().get("/login/callback").status_code == 405


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"password": "wrong"}, 401, "invalid_user_password"),
        ({"username": "stranger@example.com"}, 401, "invalid_user_password"),
        ({"redirect_uri": "https://evil.example/"}, 400, "invalid_request"),
        ({"nonce": ...}, 400, "invalid_request"),
        ({"connection": "unknown"}, 400, "invalid_request"),
        ({"origin": "https://evil.example"}, 403, "unauthorized_client"),
        ({"origin": ""}, 403, "unauthorized_client"),
        ({"client_id": "unknown"}, 403, "unauthorized_client"),
    ],
)
def test_a_wrong_form_of_the_operators_page_is_refused(own_form, changed, status, code):
    answer = own_form(**changed)

    body = answer.json()
    assert (answer.status_code, body["code"], body["statusCode"]) == (status, code, status)
    assert body["name"] == "ValidationError"
    assert body["description"] == body["message"]


@pytest.mark.parametrize("value", ["x" * 20_000, "\ud800", ["x"], 10**400, "", "\u202e<"])
def test_no_value_makes_the_operators_page_fail(own_form, value):
    for name in ("client_id", "redirect_uri", "response_type", "state", "nonce", "connection", "username"):
        assert own_form(**{name: value}).status_code < 500


def test_the_operators_page_shows_why_a_blocked_user_or_staff_are_refused(own_form, jane, agent):
    block_user(jane, actor=SHELL)

    assert own_form().json()["description"] == "user is blocked"
    staff = own_form(username=agent.email)
    assert (staff.status_code, staff.json()["code"]) == (401, "unauthorized")


def test_markup_in_the_state_ends_no_form(own_form):
    answer = own_form(state='"><script>alert(1)</script>')

    assert "<script>" not in answer.content.decode()


def test_who_is_signed_in_is_not_said_to_pages(browser, spa, jane):
    window = browser()
    sign_in(window, spa, jane)

    answer = window.get("/user/ssodata", headers={"origin": SHOP})

    assert answer.json() == {"sso": False}
    assert answer["Access-Control-Allow-Origin"] == SHOP
    assert answer["Access-Control-Allow-Credentials"] == "true"
