"""What is logged of each thing that can happen, by the ways people and programs take."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone

from tests.api.answers import USERS, at
from tests.conftest import PASSWORD
from tests.mailbox import deliver
from tests.oauth.answers import REALM_GRANT
from tests.second_factor import code, enrol, wrong
from tests.web.pages import open_page
from users.actions.account.block_user import block_user
from users.actions.account.delete_user import delete_user
from users.actions.account.tickets import create_ticket
from users.log.record import log_event
from users.models import LogEvent, Ticket, User
from users.rights.actor import command_actor

SHELL = command_actor("tests")
CHECKOUT = Path(__file__).resolve().parents[2]
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Mobile/15E148"


def sign_in(login, password=PASSWORD, **headers):
    return open_page(Browser(**headers), "/login/").press("Sign in", login=login, password=password)


# Sign-in


def test_a_sign_in_tells_who_from_where_with_what(jane, story):
    sign_in(jane.email, REMOTE_ADDR="192.0.2.7", HTTP_USER_AGENT=PHONE, HTTP_X_REQUEST_ID="r-1")

    event = LogEvent.objects.get()
    assert (event.type, event.user_id, event.user_name) == ("s", jane.user_id, jane.email)
    assert (event.connection, event.connection_id) == (jane.connection.name, jane.connection.connection_id)
    assert (event.ip, event.user_agent, event.hostname) == ("192.0.2.7", PHONE, "testserver")
    assert event.details == {"request": {"id": "r-1"}}


def test_failed_ones_are_distinguished_in_the_log_alone(jane, story):
    sign_in("Jane.Doe@Example.com", "wrong")
    sign_in("nobody@example.com")
    block_user(jane, actor=SHELL)
    sign_in(jane.email)

    assert story("user_id", "user_name", "description") == [
        ("fp", jane.user_id, jane.email, "Failed sign-in: wrong password"),
        ("fu", "", "nobody@example.com", "Failed sign-in: no such user"),
        ("f", jane.user_id, jane.email, "user is blocked"),
    ]


def test_a_lockout_is_logged_once_a_minute_and_not_each_time(jane, story):
    for _ in range(8):
        sign_in(jane.email, "wrong")

    assert story("user_id") == [("fp", jane.user_id)] * 5 + [("limit_wc", jane.user_id)]


def test_the_lockout_of_an_ip_address_is_another_event(make_user, story):
    for number in range(12):
        sign_in(f"nobody-{number}@example.com", REMOTE_ADDR="192.0.2.9")

    assert story("ip")[-1] == ("limit_mu", "192.0.2.9")
    assert story().count("limit_mu") == 1


def test_signing_out(jane, browser, story):
    page = sign_in(jane.email)
    open_page(page.browser, "/logout/").press("Sign out")

    assert story("user_id") == [("s", jane.user_id), ("slo", jane.user_id)]


def test_a_second_factor(jane, story):
    secret = enrol(jane)
    [spare, *_] = jane.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()
    sign_in(jane.email).press("Sign in", code=wrong(secret))
    sign_in(jane.email).press("Sign in", code=code(secret))
    sign_in(jane.email).press("Sign in", code=spare)

    assert story() == ["gd_auth_failed", "gd_auth_succeed", "s", "gd_recovery_succeed", "s"]


def test_of_what_was_typed_only_addresses_are_kept(db, story):
    """Now and then it is the password."""
    sign_in("My-Passw0rd")

    assert story("user_name") == [("fu", "")]
    assert "passw0rd" not in str(LogEvent.objects.values().get()).lower()


def test_of_an_address_as_much_is_kept_as_a_setting_says(jane, story, settings):
    settings.RECORD_IP = "truncated"
    sign_in(jane.email, REMOTE_ADDR="2001:db8:1:2::7")
    settings.RECORD_IP = "off"
    sign_in(jane.email, REMOTE_ADDR="192.0.2.7")

    assert story("ip") == [("s", "2001:db8:1::"), ("s", "")]


# Passwords and addresses


@pytest.fixture
def link(jane):
    def make(purpose):
        secret = create_ticket(jane, Ticket.Purpose(purpose), actor=SHELL)
        path = {"password_change": "reset-password", "email_verification": "email-verification"}[purpose]
        return f"/u/{path}?ticket={secret}"

    return make


def test_a_refused_password(jane, link, story):
    page = open_page(Browser(), link("password_change"))
    page.press("Set password", password1="short", password2="short")

    assert story("user_id") == [("fcp", jane.user_id)]


@pytest.mark.parametrize(("purpose", "type_"), [("password_change", "fcp"), ("email_verification", "fv")])
def test_a_link_that_is_no_good_any_more(jane, link, story, purpose, type_):
    path = link(purpose)
    Ticket.objects.update(expires_at=timezone.now() - timedelta(hours=1))

    open_page(Browser(), path)
    open_page(Browser(), path)

    assert story("user_id", "description") == [(type_, jane.user_id, "link expired")]


def test_asking_for_a_reset(jane, story):
    for address in (jane.email, "nobody@example.com"):
        visitor = Browser(REMOTE_ADDR="192.0.2.1", headers={"user-agent": "Tests"})
        open_page(visitor, "/password/reset/").press("Send link", email=address)
    deliver()

    assert story("user_id", "user_name", "ip", "user_agent") == [
        ("scpr", jane.user_id, jane.email, "192.0.2.1", "Tests"),
        ("fcpr", "", "nobody@example.com", "192.0.2.1", "Tests"),
    ]


# Tokens


def test_a_token_for_a_password(ask, app, jane, story):
    ask()
    ask(password="wrong")
    ask(username="nobody@example.com")
    ask(realm="nowhere", grant_type=REALM_GRANT)

    assert story("client_id", "user_id") == [
        ("sepft", app.client_id, jane.user_id),
        ("fp", app.client_id, jane.user_id),
        ("fu", app.client_id, ""),
        ("fepft", app.client_id, ""),
    ]


def test_a_token_for_a_client(make_client, story, settings):
    client = make_client("read:users")
    asked = {
        "grant_type": "client_credentials",
        "client_id": client.client_id,
        "client_secret": "s3cret",
        "audience": f"{settings.PUBLIC_URL}/api/v2/",
    }
    Browser().post("/oauth/token", asked)
    for _ in range(2):
        Browser().post("/oauth/token", {**asked, "client_secret": "t0ps3cret-guess"})
    Browser().post("/oauth/token", {**asked, "client_id": "nobody"})

    assert story("client_name", "audience", "scope") == [
        ("seccft", "Shop", asked["audience"], "read:users"),
        ("feccft", "Shop", asked["audience"], ""),
    ]


# The API


def test_what_changes_no_account_is_logged_with_the_call(shop, story):
    answer = shop.post("/api/v2/clients", {"name": "Till"})

    event = LogEvent.objects.get()
    assert answer.status_code == 201
    assert (event.type, event.description, event.client_name) == ("sapi", "Create a client", "Shop")
    assert event.details["request"] | {"id": ""} == {
        "channel": "api",
        "method": "POST",
        "path": "/api/v2/clients",
        "id": "",
    }
    assert event.details["object"] == {"kind": "client", "id": answer.json()["client_id"]}
    assert event.details["response"] == {"statusCode": 201}
    assert answer.json()["client_secret"] not in str(event.__dict__)


def test_it_is_not_done_where_it_cannot_be_logged(shop, story, monkeypatch):
    def broken(*_, **__):
        raise IntegrityError

    monkeypatch.setattr("users.log.configuration_history.log_event", broken)
    shop.browser.raise_request_exception = False

    assert shop.post("/api/v2/roles", {"name": "Editor"}).status_code == 500
    assert shop.get("/api/v2/roles").json() == []


def test_a_change_of_an_account_is_told_by_the_record_of_changes_alone(shop, jane, story):
    shop.patch(at(jane), {"name": "New"})

    assert story() == []


def test_a_failed_write_is_logged_once_a_second_and_a_failed_read_never(shop, jane, story):
    for _ in range(3):
        shop.patch(at(jane), {"shoe_size": 39})
    shop.get(f"{USERS}?page=x")

    assert story("description") == [("fapi", "Change a user")]


def test_reads_are_logged_where_a_setting_asks_for_it(shop, jane, story, settings):
    shop.get(at(jane))
    settings.LOG_API_READS = True
    shop.get(at(jane))

    assert story("description", "client_name") == [("mgmt_api_read", "Read a user", "Shop")]


def test_too_many_calls(shop, story, settings):
    settings.API_RATE_LIMIT = 1
    answers = [shop.get(f"{USERS}/auth0|nobody").status_code for _ in range(6)]

    assert 429 in answers
    assert story("client_name") == [("api_limit", "Shop")]


# All of it


def test_events_are_added_and_never_changed_but_by_age_and_for_who_is_deleted():
    found = set()
    for path in sorted((CHECKOUT / "users").rglob("*.py")):
        if re.search(r"LogEvent\.objects[^#]*?\.(update|delete|bulk_update)\(", path.read_text()):
            found.add(path.relative_to(CHECKOUT).as_posix())

    assert found == {"users/housekeeping/retention.py", "users/log/record.py"}


def test_an_event_is_gone_with_the_transaction_it_tells_of(jane, story):
    with transaction.atomic():
        log_event("s", user=jane)
        transaction.set_rollback(True)

    assert story() == []


def test_no_text_is_too_long_or_too_strange(db, story):
    log_event("fu", user_name="x" * 9999, description="\0\ud800y" * 999, ip="")

    assert story("user_name") == [("fu", "x" * 300)]
    assert set(LogEvent.objects.get().description) == {"y"}


def test_passwords_and_codes_stand_nowhere(ask, jane, story):
    secret = enrol(jane)
    typed = wrong(secret)
    sign_in(jane.email, "Wr0ng-Secret")
    sign_in(jane.email).press("Sign in", code=typed)
    ask(password="Wr0ng-Secret")

    kept = str(list(LogEvent.objects.values()))
    for word in ("Wr0ng-Secret", PASSWORD, typed, secret):
        assert word not in kept


def test_who_is_deleted_is_forgotten_but_not_what_happened(jane, stranger, story):
    for login in (jane.email, stranger.email):
        sign_in(login, REMOTE_ADDR="192.0.2.7")
    user_id = jane.user_id

    delete_user(User.objects.get(pk=jane.pk), actor=SHELL)

    assert story("user_id", "user_name", "ip", "user_agent") == [
        ("s", user_id, "", "", ""),
        ("s", stranger.user_id, stranger.email, "192.0.2.7", ""),
    ]
