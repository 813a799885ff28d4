"""Signing in, staying in, going out; and who is kept out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from tests.conftest import PASSWORD, again
from tests.web.pages import Page, open_page
from users.actions.account.block_user import block_user, unblock_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.models import Change, Connection, Session, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor

SHELL = command_actor("tests")
BUTTON = "Sign in"
WRONG = "Wrong email or password."
TOO_MANY = "Too many failed sign-in attempts."
CHECKOUT = Path(__file__).resolve().parents[2]


def sign_in(login: str, password: str = PASSWORD, *, to: str = "/login/", **headers: str) -> Page:
    """A visitor fills in the form. Each comes with a browser of their own."""
    page = open_page(Client(**headers), to)
    return page.press(BUTTON, login=login, password=password)


def is_in(page: Page) -> bool:
    return "_auth_user_id" in page.browser.session


@pytest.mark.parametrize(
    "typed",
    ["jane.doe@example.com", "JANE.DOE@EXAMPLE.COM", "  Jane.Doe@example.com "],
    ids=["as is", "upper", "spaces"],
)
def test_the_right_password_signs_in(jane, typed):
    page = sign_in(typed)

    assert is_in(page)
    assert page.path == "/profile/"
    assert "Jane Doe" in page.text


@pytest.mark.parametrize(
    "typed", ["élodie@exämple.com", "ÉLODIE@EXÄMPLE.COM", "E\u0301lodie@exa\u0308mple.com"]
)
def test_case_and_encoding_do_not_matter_beyond_ascii_either(make_user, typed):
    make_user("x", email="Élodie@exämple.com", password=PASSWORD)

    assert is_in(sign_in(typed))


@pytest.mark.parametrize("who", ["agent", "administrator"])
def test_staff_come_by_the_same_form_and_get_to_the_dashboard(request, who):
    member = request.getfixturevalue(who)

    assert sign_in(member.email).path == "/admin/"


@pytest.mark.parametrize(
    ("login", "password"),
    [
        pytest.param("jane.doe@example.com", "wrong", id="wrong password"),
        pytest.param("jane.doe@example.com", PASSWORD.upper(), id="password in other case"),
        pytest.param("jane.doe@example.com", f" {PASSWORD} ", id="password with spaces"),
        pytest.param("nobody@example.com", PASSWORD, id="unknown address"),
        pytest.param("not an address", PASSWORD, id="no address"),
        pytest.param("Jane Doe", PASSWORD, id="name"),
        pytest.param("jane.doe@example.com\u0000", PASSWORD, id="NUL"),
    ],
)
def test_whatever_is_wrong_the_words_are_the_same(jane, login, password):
    page = sign_in(login, password)

    assert not is_in(page)
    assert again(jane).logins_count == 0
    if "\0" not in login:
        assert WRONG in page.text
        assert page.form(BUTTON).fields["login"] == [login]
        assert page.form(BUTTON).fields["password"] == [""]


def test_an_account_without_password_is_as_unknown(make_user):
    make_user("nopassword")

    for password in ("", "!", "None"):
        page = sign_in("nopassword@example.com", password)
        assert not is_in(page)


def test_an_account_of_another_kind_of_connection_has_no_password_here(jane):
    with allow_account_writes():
        User.objects.filter(pk=jane.pk).update(
            connection=Connection.objects.create(name="Partners", strategy="samlp")
        )

    assert WRONG in sign_in(jane.email).text


def test_the_user_id_is_no_login_name(jane):
    assert not is_in(sign_in(jane.user_id))


def test_a_sign_in_is_counted_and_leaves_its_address_and_raises_no_version(jane):
    before = User.objects.filter(pk=jane.pk).values().get()

    sign_in(jane.email, REMOTE_ADDR="192.0.2.7")

    after = User.objects.filter(pk=jane.pk).values().get()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"logins_count", "last_login", "last_ip", "updated_at"}
    assert (after["logins_count"], after["last_ip"]) == (1, "192.0.2.7")
    assert Change.objects.filter(subject=jane.user_id).count() == 1  # its creation


def test_a_failed_sign_in_leaves_nothing(jane):
    before = User.objects.filter(pk=jane.pk).values().get()

    sign_in(jane.email, "wrong")

    assert User.objects.filter(pk=jane.pk).values().get() == before


def test_forwarded_addresses_are_believed_only_where_a_setting_says_so(jane, settings):
    header = {"REMOTE_ADDR": "192.0.2.7", "HTTP_X_FORWARDED_FOR": "198.51.100.1, 203.0.113.9"}

    sign_in(jane.email, **header)
    assert again(jane).last_ip == "192.0.2.7"

    settings.TRUST_FORWARDED_HEADERS = True
    sign_in(jane.email, **header)
    assert again(jane).last_ip == "203.0.113.9"


def test_an_outdated_hash_is_renewed_and_the_session_holds(jane, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    with allow_account_writes():
        User.objects.filter(pk=jane.pk).update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))

    page = sign_in(jane.email)

    assert again(jane).password.startswith("md5$")
    assert page.browser.get("/profile/").status_code == 200


def test_the_sessions_key_is_new_after_signing_in(jane):
    visitor = Client()
    visitor.get("/login/")
    session = visitor.session
    session["planted"] = True
    session.save()
    planted = session.session_key

    page = open_page(visitor, "/login/").press(BUTTON, login=jane.email, password=PASSWORD)

    assert is_in(page)
    assert page.browser.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_after_five_wrong_passwords_the_right_one_is_refused(jane):
    for _ in range(5):
        assert WRONG in sign_in(jane.email, "wrong").text

    page = sign_in(jane.email)

    assert not is_in(page)
    assert TOO_MANY in page.text


def test_other_people_are_not_kept_out_with_her(jane, stranger):
    for _ in range(6):
        sign_in(jane.email, "wrong")

    assert is_in(sign_in(stranger.email))


@pytest.mark.parametrize(
    "spellings",
    [
        pytest.param(["jane.doe@example.com", "JANE.DOE@example.com", " Jane.Doe@EXAMPLE.com"], id="case"),
        pytest.param(["élodie@example.com", "ÉLODIE@example.com", "E\u0301lodie@example.com"], id="accents"),
        pytest.param(["x@straße.example", "X@STRAßE.example", "x@xn--strae-oqa.example"], id="domain"),
    ],
)
def test_attempts_count_together_however_the_email_is_spelled(make_user, spellings):
    make_user("x", email=spellings[0].strip(), password=PASSWORD)
    for number in range(5):
        sign_in(spellings[number % 3], "wrong")

    assert TOO_MANY in sign_in(spellings[0]).text


def test_attempts_count_together_by_email_and_by_user_name(connection, make_user):
    connection.options = {"requires_username": True}
    connection.save()
    jane = make_user("jane", username="jd", password=PASSWORD)
    for login in ("jd", jane.email, "JD", jane.email, "jd"):
        sign_in(login, "wrong")

    assert TOO_MANY in sign_in(jane.email).text
    assert TOO_MANY in sign_in("jd").text


def test_a_user_without_an_email_confirms_the_password_by_the_user_name(connection, make_user):
    connection.options = {"requires_username": True}
    connection.save()
    make_user("jay", email=None, username="jay", password=PASSWORD)
    inside = sign_in("jay").browser

    page = open_page(inside, "/login/again/?next=/profile/changes/")
    assert "Wrong password." in page.press("Continue", password="wrong").text
    assert page.press("Continue", password=PASSWORD).path == "/profile/changes/"


def test_of_two_emails_alike_but_for_case_folding_each_signs_in_its_own_user(make_user):
    strasse = make_user("x", email="strasse@example.com", password=PASSWORD)
    make_user("y", email="straße@example.com", password="quite another secret")

    for _ in range(5):
        assert not is_in(sign_in("straße@example.com", PASSWORD))
    assert is_in(sign_in(strasse.email, PASSWORD))


def test_attempts_count_together_whatever_port_the_host_header_names(jane):
    for port in range(5):
        sign_in(jane.email, "wrong", HTTP_HOST=f"testserver:{8000 + port}")

    assert TOO_MANY in sign_in(jane.email, HTTP_HOST="testserver:9999").text


def test_attempts_count_together_wherever_they_come_from(jane):
    for number in range(5):
        sign_in(jane.email, "wrong", REMOTE_ADDR=f"192.0.2.{number}")

    assert TOO_MANY in sign_in(jane.email, REMOTE_ADDR="192.0.2.99").text


def test_the_page_says_how_long_a_login_has_to_wait(jane):
    for number in range(5):
        sign_in(jane.email, "wrong", REMOTE_ADDR=f"192.0.2.{number}")

    assert f"{TOO_MANY} Try again in 5 minutes." in sign_in(jane.email).text


def test_the_page_says_how_long_an_ip_address_has_to_wait(make_user):
    for number in range(10):
        sign_in(f"person{number}@example.com", "wrong", REMOTE_ADDR="192.0.2.1")

    page = sign_in("person10@example.com", "wrong", REMOTE_ADDR="192.0.2.1")

    assert re.search(rf"{TOO_MANY} Try again in (1 minute|5\d seconds)\.", page.text)


def test_one_address_cannot_try_one_password_on_everybody(make_user):
    for number in range(10):
        sign_in(f"person{number}@example.com", "wrong", REMOTE_ADDR="192.0.2.1")

    assert TOO_MANY in sign_in("person10@example.com", "wrong", REMOTE_ADDR="192.0.2.1").text


def test_unknown_addresses_are_limited_alike_so_that_the_limit_tells_nothing(db):
    for _ in range(5):
        sign_in("nobody@example.com", "wrong")

    assert TOO_MANY in sign_in("nobody@example.com", "wrong").text


def test_a_caller_cannot_choose_the_address_that_is_counted(jane):
    for number in range(10):
        headers = {"HTTP_X_FORWARDED_FOR": f"198.51.100.{number}", "REMOTE_ADDR": "192.0.2.1"}
        sign_in(f"person{number}@example.com", "wrong", **headers)

    page = sign_in(
        "person10@example.com", "wrong", HTTP_X_FORWARDED_FOR="198.51.100.99", REMOTE_ADDR="192.0.2.1"
    )
    assert TOO_MANY in page.text


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/profile/?a=1", "/profile/?a=1"),
        ("/password/change/", "/password/change/"),
        ("https://evil.example/", "/profile/"),
        ("//evil.example/", "/profile/"),
        ("///evil.example", "/profile/"),
        ("https:evil.example", "/profile/"),
        ("\\\\evil.example", "/profile/"),
        ("/\\evil.example", "/profile/"),
        ("javascript:alert(1)", "/profile/"),
        ("http://testserver@evil.example/", "/profile/"),
        ("http://testserver.evil.example/", "/profile/"),
        ("/\t/evil.example", "/profile/"),
        ("ftp://testserver/", "/profile/"),
    ],
)
def test_after_signing_in_one_stays_on_this_host(jane, target, leads_to):
    visitor = Client()
    answer = visitor.get("/login/", {"next": target})
    page = Page(visitor, answer, "/login/").press(BUTTON, login=jane.email, password=PASSWORD)

    assert is_in(page)
    assert page.response.redirect_chain[-1][0] == leads_to


def test_the_dashboards_sign_in_is_the_same(agent):
    page = open_page(Client(), "/admin/login/?next=/admin/users/user/%3Fq%3Djane")

    assert page.path == "/login/?next=/admin/users/user/%3Fq%3Djane"
    done = page.press(BUTTON, login=agent.email, password=PASSWORD)
    assert done.path == "/admin/users/user/?q=jane"


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_dashboards_own_form_takes_no_password(agent, method):
    visitor = Client()

    answer = getattr(visitor, method)("/admin/login/", {"username": agent.email, "password": PASSWORD})

    assert answer.status_code == 302
    assert "_auth_user_id" not in visitor.session


def test_who_is_in_is_led_on_from_the_form(browser, jane):
    assert browser(jane).get("/login/")["Location"] == "/"


@pytest.mark.parametrize(
    "path", ["/account/signup/", "/account/email/", "/account/reauthenticate/", "/signup/"]
)
def test_what_is_not_offered_is_not_there(browser, jane, path):
    for visitor in (browser(), browser(jane)):
        assert visitor.get(path).status_code == 404
        assert visitor.post(path, {"email": "new@example.com", "password1": PASSWORD}).status_code == 404


def test_signing_out_asks_first_and_wants_a_press(browser, jane):
    member = browser(jane)

    page = open_page(member, "/logout/")

    assert "Sign out?" in page.text
    assert "_auth_user_id" in member.session
    page.press("Sign out")
    assert "_auth_user_id" not in member.session
    assert member.get("/profile/").status_code == 302


def test_another_site_cannot_sign_anybody_out_or_in(jane):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/login/", {"login": jane.email, "password": PASSWORD}).status_code == 403
    strict.force_login(jane)

    assert strict.post("/logout/").status_code == 403
    assert "_auth_user_id" in strict.session


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example"])
def test_after_signing_out_one_stays_on_this_host(browser, jane, target):
    assert browser(jane).post("/logout/", {"next": target})["Location"] == "/login/"


def test_a_session_copied_before_signing_out_is_worth_nothing(browser, jane):
    member, thief = browser(jane), Client()
    thief.cookies["session"] = member.cookies["session"].value
    assert thief.get("/profile/").status_code == 200

    member.post("/logout/")

    assert thief.get("/profile/").status_code == 302


def test_a_blocked_person_is_told_so_with_the_right_password_and_is_counted(jane):
    block_user(jane, actor=SHELL)

    page = sign_in(jane.email, REMOTE_ADDR="192.0.2.7")

    assert "This account is blocked" in page.text
    assert not is_in(page)
    after = again(jane)
    assert (after.logins_count, after.last_ip) == (1, "192.0.2.7")
    assert page.browser.get("/profile/").status_code == 302


def test_with_a_wrong_password_nobody_learns_of_the_block(jane):
    block_user(jane, actor=SHELL)

    page = sign_in(jane.email, "wrong")

    assert WRONG in page.text
    assert "blocked" not in page.text
    assert again(jane).logins_count == 0


def test_a_block_ends_every_session_and_unblocking_brings_none_back(jane):
    sessions = [sign_in(jane.email).browser for _ in range(2)]

    block_user(jane, actor=SHELL)
    assert [session.get("/profile/").status_code for session in sessions] == [302, 302]
    unblock_user(jane, actor=SHELL)

    assert [session.get("/profile/").status_code for session in sessions] == [302, 302]
    assert is_in(sign_in(jane.email))


def test_changes_of_other_things_end_no_session(jane):
    session = sign_in(jane.email).browser

    edit = Edit(profile={"name": "J. Doe"}, documents={"app_metadata": Patch({"plan": "pro"})})
    edit_user(jane, edit, actor=SHELL)

    assert session.get("/profile/").status_code == 200


def test_without_the_box_ticked_the_session_ends_with_the_browser(jane):
    forgetful = sign_in(jane.email)
    lasting = open_page(Client(), "/login/").press(BUTTON, login=jane.email, password=PASSWORD, remember="on")

    assert forgetful.browser.cookies["session"]["max-age"] == ""
    assert int(lasting.browser.cookies["session"]["max-age"]) > 24 * 3600


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(jane):
    cookies = sign_in(jane.email).browser.cookies

    for name in ("session", "csrf"):
        assert cookies[name]["httponly"]
        assert cookies[name]["samesite"] == "Lax"
        assert cookies[name]["path"] == "/"
        assert cookies[name]["domain"] == ""


HTTPS = """
import json, sys
from config import env
env.read_file = lambda path: None
from config import settings
json.dump({name: getattr(settings, name) for name in sys.argv[1:]}, sys.stdout)
"""


def test_over_https_the_cookies_never_travel_in_clear_nor_to_a_sister_host():
    names = [
        f"{cookie}_COOKIE_{what}" for cookie in ("SESSION", "CSRF") for what in ("NAME", "SECURE", "SAMESITE")
    ]
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "x" * 50,
        "PUBLIC_URL": "https://desk.example.com",
    }

    finished = subprocess.run(
        [sys.executable, "-c", HTTPS, *names, "CSRF_TRUSTED_ORIGINS"],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(finished.stdout) == {
        "SESSION_COOKIE_NAME": "__Host-session",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "CSRF_TRUSTED_ORIGINS": ["https://desk.example.com"],
    }


def test_the_page_asks_as_password_keepers_expect(db):
    page = open_page(Client(), "/login/")

    assert 'autocomplete="username"' in page.html
    assert 'autocomplete="current-password"' in page.html
    assert "no-store" in page.response["Cache-Control"]


def test_too_many_tries_at_once_are_answered_in_words_and_in_our_own_page(db):
    for number in range(31):
        answer = Client(REMOTE_ADDR="192.0.2.1").post(
            "/login/", {"login": f"p{number}@example.com", "password": "x"}
        )

    assert answer.status_code == 429
    assert "Wait one minute" in answer.content.decode()
    assert answer["Retry-After"] == "60"
    assert "Profiledesk" in answer.content.decode()
