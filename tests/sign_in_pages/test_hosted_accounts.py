"""The hosted pages to create an account and to request a new password."""

from __future__ import annotations

import json
import re

import pytest
from django.core.cache import caches
from django.template.loader import render_to_string

from tests.mailbox import deliver
from tests.oauth.sign_in_browser import answer_of, authorize, exchange, follow
from users.models import Change, Connection, Job, LogEvent, Session, User
from users.sign_in import hooks, sign_up
from users.sign_in.hooks import SignUpDenied
from users.throttling.sliding_window import Limit

KIM = {"email": "Kim@Example.com", "password": "Plum-Tart-77"}
SCHEMA = {
    "type": "object",
    "required": ["team"],
    "properties": {
        "team": {"type": "string", "title": "Your <team>", "maxLength": 20, "x-sign-up": True},
        "hobby": {"enum": ["surfing", "chess"], "x-sign-up": True, "description": "Shown to others."},
        "newsletter": {"type": "boolean", "x-sign-up": True},
        "shoe_size": {"type": "integer", "minimum": 20, "x-sign-up": True},
        "birthday": {"type": "string", "format": "date", "x-sign-up": True},
        "level": {"type": "string", "readOnly": True, "x-sign-up": True},
        "address": {"type": "object", "x-sign-up": True},
        "secret": {"type": "string"},
    },
}


@pytest.fixture(autouse=True)
def _nothing_counted(db):
    caches["default"].clear()


@pytest.fixture
def schema(settings, tmp_path):
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(SCHEMA))
    settings.USER_METADATA_SCHEMA = str(path)


@pytest.fixture
def window(browser):
    return browser()


@pytest.fixture
def page(window, spa):
    """The sign-up page of a sign-in that this browser has begun."""
    return authorize(window, spa, screen_hint="signup")["Location"]


@pytest.fixture
def mail(settings):
    settings.IS_EMAIL_CONFIGURED = True


def forgot(page: str) -> str:
    return page.replace("/u/signup", "/u/forgot-password")


def kim() -> User:
    return User.objects.get(email="kim@example.com")


def test_the_hint_of_the_application_leads_there_and_so_does_the_sign_in_page(window, spa, page):
    assert page.startswith("/u/signup?state=")

    html = window.get(page.replace("/u/signup", "/u/login")).content.decode()

    assert page.replace("&", "&amp;") in html
    assert forgot(page) in html


def test_a_new_user_is_signed_in_and_goes_on_to_the_application(window, spa, page):
    answer = answer_of(follow(window, window.post(page, KIM)))

    assert answer["state"] == "s-1"
    assert exchange(window, spa, answer["code"]).status_code == 200
    change = Change.objects.get(user=kim())
    assert (change.what, change.actor_id, change.face) == ("created", kim().user_id, "sign_in")
    assert Session.objects.get().kind == Session.Kind.SSO
    assert kim().logins_count == 1


def test_the_page_helps_password_managers_and_shows_rules_and_terms(window, spa, page):
    Connection.objects.update(options={"passwordPolicy": "good", "requires_username": True})
    spa.branding = {"terms_url": "https://shop.example/terms", "privacy_url": "https://shop.example/privacy"}
    spa.save()

    answer = window.get(page)

    html = answer.content.decode()
    assert 'autocomplete="username"' in html
    assert 'autocomplete="new-password"' in html
    assert "At least 8 characters in length" in html
    assert 'name="username"' in html
    assert html.count("https://shop.example/terms") == 2
    assert answer["Referrer-Policy"] == "no-referrer"


def test_it_asks_for_the_keys_that_the_schema_marks(window, page, schema):
    html = window.get(page).content.decode()

    for name in ("team", "hobby", "newsletter", "shoe_size", "birthday"):
        assert f'name="metadata-{name}"' in html
    for name in ("level", "address", "secret"):
        assert f"metadata-{name}" not in html
    assert "Your &lt;team&gt;" in html
    assert 'type="date"' in html


def test_what_is_typed_is_stored_with_the_types_of_the_schema(window, page, schema):
    typed = {"team": "Red", "hobby": "chess", "newsletter": "on", "shoe_size": "42", "birthday": ""}

    window.post(page, {**KIM, **{f"metadata-{name}": value for name, value in typed.items()}})

    assert kim().user_metadata == {"team": "Red", "hobby": "chess", "newsletter": True, "shoe_size": 42}


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ({}, "This field is required."),
        ({"team": "x" * 21}, "at most 20 characters"),
        ({"team": "Red", "hobby": "golf"}, "Select a valid choice"),
        ({"team": "Red", "shoe_size": "3"}, "20"),
        ({"team": "Red", "birthday": "yesterday"}, "date"),
    ],
)
def test_what_the_schema_refuses_stands_beside_its_field(window, page, schema, typed, text):
    answer = window.post(page, {**KIM, **{f"metadata-{name}": value for name, value in typed.items()}})

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert not User.objects.exists()


def test_no_other_field_is_taken(window, page, schema):
    forged = {
        "metadata-team": "Red",
        **dict.fromkeys(("metadata-level", "metadata-secret", "metadata-__proto__", "metadata-a.b"), "x"),
        **dict.fromkeys(("email_verified", "blocked", "app_metadata", "is_superuser", "user_id"), "1"),
    }

    window.post(page, KIM | forged)

    user = kim()
    assert user.user_metadata == {"team": "Red", "newsletter": False}
    assert not any((user.email_verified, user.blocked, user.app_metadata, user.is_superuser))


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ({"email": "kim"}, "Enter an email address"),
        ({"email": ""}, "This field is required."),
        ({"password": ""}, "This field is required."),
        ({"password": "abc"}, "too short"),
        ({"password": "x" * 2000}, "at most 256 characters"),
    ],
)
def test_a_mistake_is_explained_and_the_password_is_not_repeated(window, page, typed, text):
    answer = window.post(page, KIM | typed)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert text in html
    assert KIM["password"] not in html
    assert not User.objects.exists()


@pytest.mark.parametrize(("language", "text"), [("en", "Fix 1 problem:"), ("de", "Beheben Sie 1 Problem:")])
def test_a_mistake_is_not_called_unsaved_where_nothing_is_saved(window, page, language, text):
    typed = {"email": "kim@example.com", "password": "short"}

    html = window.post(page, typed, headers={"accept-language": language}).content.decode()

    assert text in html
    assert not re.search("Not saved|Nicht gespeichert", html)


def test_who_has_no_name_but_the_email_is_named_once():
    account = User(email="kim@example.com", name="kim@example.com")

    assert render_to_string("users/hosted/account.html", {"account": account}).count("kim@example.com") == 1


def test_a_taken_email_leads_to_the_sign_in(window, page, make_user):
    answer = window.post(page, KIM | {"email": make_user("jo").email})

    assert (answer.status_code, LogEvent.objects.get().type) == (422, "fs")
    assert "There is already an account with this email." in answer.content.decode()


def test_with_enumeration_protection_it_is_not_named(window, page, make_user):
    make_user("jo")
    Connection.objects.update(options={"enumeration_protection": True})

    answer = window.post(page, KIM | {"email": "jo@example.com"})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "The account could not be created." in html
    assert "already an account" not in html


def test_a_username_is_asked_for_where_the_connection_has_them(window, page, make_user, connection):
    connection.options = {"requires_username": True}
    connection.save()
    make_user("jo", username="jo")

    assert "This field is required." in window.post(page, KIM).content.decode()
    assert "This username is taken." in window.post(page, KIM | {"username": "JO"}).content.decode()
    assert "Sign up" not in window.post(page, KIM | {"username": "a b"}).content.decode()
    follow(window, window.post(page, KIM | {"username": "kim"}))

    assert kim().username == "kim"


def test_a_hook_refuses_in_its_own_words(window, page, monkeypatch):
    def deny(registration, request):
        raise SignUpDenied("disposable", "Please use another <email>.")

    monkeypatch.setattr(hooks, "PRE_REGISTRATION", (deny,))

    assert "Please use another &lt;email&gt;." in window.post(page, KIM).content.decode()


def test_too_many_from_one_address(window, page, monkeypatch):
    monkeypatch.setattr(sign_up, "PER_IP", Limit(1, 300))
    window.post(page, KIM | {"password": "abc"})

    answer = window.post(page, KIM)

    assert "Too many accounts" in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_closed_connection_offers_no_sign_up(window, page, method):
    Connection.objects.update(options={"disable_signup": True})
    sign_in = page.replace("/u/signup", "/u/login")

    answer = getattr(window, method)(page, KIM if method == "post" else None)

    assert answer["Location"] == sign_in
    assert "/u/signup" not in window.get(sign_in).content.decode()
    assert not User.objects.exists()


def test_the_account_is_made_in_the_connection_that_is_open_to_the_application(window, spa, page):
    Connection.objects.update(options={"disable_signup": True})
    partners = Connection.objects.create(name="Partners")
    Connection.objects.create(name="Another")  # for other clients
    spa.connections.add(partners)

    window.post(page, KIM)

    assert kim().connection == partners


def test_another_browser_opens_neither_page(browser, page, spa):
    for address in (page, forgot(page)):
        assert browser().get(address).status_code == 403
        assert browser().post(address, KIM).status_code == 403
        assert browser().get(address.partition("?")[0]).status_code == 400
    assert not User.objects.exists()


def test_the_new_account_replaces_another_user_of_the_session(window, spa, page, jane):
    from tests.oauth.sign_in_browser import sign_in

    sign_in(window, spa, jane)
    again = authorize(window, spa, screen_hint="signup", prompt="login")["Location"]
    before = window.cookies["sso"].value if "sso" in window.cookies else None

    code = answer_of(follow(window, window.post(again, KIM)))["code"]

    token = exchange(window, spa, code).json()
    assert token["id_token"]
    assert Session.objects.filter(user=kim()).exists()
    assert before is None or window.cookies["sso"].value != before


# Forgotten passwords


def test_the_form_takes_over_the_email_that_was_typed_at_the_sign_in(window, page, jane):
    def known() -> str:
        return re.search(r'name="email"[^>]*', window.get(forgot(page)).content.decode())[0]

    assert "value" not in known()
    login = page.replace("/u/signup", "/u/login")
    assert window.post(login, {"login": f" {jane.email.upper()} ", "password": "wrong"}).status_code == 422

    assert f'value="{jane.email}"' in known()
    # A username is no email.
    assert window.post(login, {"login": "jane", "password": "wrong"}).status_code == 422
    assert "value" not in known()


def test_a_link_is_sent_and_the_page_says_the_same_for_every_email(window, page, jane, mail, spa):
    known = window.post(forgot(page), {"email": jane.email})
    unknown = window.post(forgot(page), {"email": "nobody@example.com"})

    assert known.status_code == unknown.status_code == 200
    assert known.content == unknown.content
    assert Job.objects.count() == 2
    assert [message.to for message in deliver()] == [[jane.email]]
    assert LogEvent.objects.get(type="scpr").client_id == spa.client_id


def test_only_accounts_that_can_sign_in_to_the_application_get_one(window, page, jane, mail, spa):
    spa.connections.clear()

    assert window.post(forgot(page), {"email": jane.email}).status_code == 200
    assert deliver() == []


@pytest.mark.parametrize("email", ["", "jane", "a b@example.com"])
def test_an_email_must_be_one(window, page, mail, email):
    assert window.post(forgot(page), {"email": email}).status_code == 422
    assert not Job.objects.exists()


def test_links_are_sent_only_so_often(window, page, jane, mail):
    answers = [window.post(forgot(page), {"email": jane.email}).status_code for _ in range(6)]

    assert answers[0] == 200
    assert answers[-1] == 429


# Which connections /authorize takes


def test_authorize_takes_enabled_connections_only(window, spa, connection):
    partners = Connection.objects.create(name="Partners")
    named = answer_of(authorize(window, spa, connection="Partners"))
    spa.connections.remove(connection)
    none = answer_of(authorize(window, spa))

    assert (named["error"], named["error_description"]) == (
        "invalid_request",
        "the connection is not enabled",
    )
    assert none["error_description"] == "no connections enabled for the client"
    spa.connections.add(partners)
    assert "/u/login" in authorize(window, spa, connection="Partners")["Location"]
