"""Signing in by a linked account: to the primary one, with all that bars the primary."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from tests.conftest import PASSWORD, again
from tests.mailbox import deliver
from tests.oauth.answers import MANAGEMENT, refused, token_of
from tests.second_factor import code, enrol
from tests.web.pages import Page, open_page
from users.actions.account.block_user import block_user
from users.actions.account.identities import link, unlink
from users.models import Change, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor
from users.sign_in.clear_lockout import Lockout, clear_lockouts, lockouts_of

SHELL = command_actor("tests")
JAYS, NEW = "quite another secret", "third time lucky horse"
WRONG = "Wrong email or password."


@pytest.fixture
def jay(make_user, jane):
    """Jane's other account, linked to hers."""
    user = make_user("jay", password=JAYS)
    link(jane, user, actor=SHELL)
    return User.accounts.get(pk=user.pk)


def sign_in(login: str, password: str) -> Page:
    return open_page(Client(), "/login/").press("Sign in", login=login, password=password)


def link_for(email: str) -> str | None:
    """Requested by mail; its address without the host, where there is one."""
    open_page(Client(), "/password/reset/").press("Send link", email=email)
    found = [re.search(r"https?://[^/\s]+(/password/reset/key/\S+)", one.body) for one in deliver()]
    return found[-1][1] if found and found[-1] else None


def test_its_address_and_password_sign_in_the_primary(jane, jay):
    page = sign_in("JAY@example.com", JAYS)

    assert page.path == "/profile/"
    assert "Jane Doe" in page.text
    assert page.browser.session["_auth_user_id"] == str(jane.pk)


def test_the_primarys_own_still_do(jane, jay):
    assert sign_in(jane.email, PASSWORD).path == "/profile/"


def test_neither_password_opens_the_others_address(jane, jay):
    assert WRONG in sign_in(jane.email, JAYS).text
    assert WRONG in sign_in(jay.email, PASSWORD).text


def test_the_sign_in_is_the_primarys(jane, jay):
    sign_in(jay.email, JAYS)

    assert (again(jane).logins_count, again(jay).logins_count) == (1, 0)


def test_a_blocked_primary_stays_out_and_is_told_so_with_the_right_password_only(jane, jay):
    block_user(jane, actor=SHELL)

    page = sign_in(jay.email, JAYS)

    assert page.path == "/login/blocked/"
    assert "_auth_user_id" not in page.browser.session
    assert WRONG in sign_in(jay.email, "wrong").text


def test_attempts_at_a_linked_address_are_counted(jay):
    for _ in range(5):
        assert WRONG in sign_in(jay.email, "wrong").text

    assert "Too many failed sign-in attempts." in sign_in(jay.email, JAYS).text


def test_attempts_at_all_addresses_of_a_user_are_counted_together(jane, jay):
    for login in (jane.email, jay.email, jane.email, jay.email, jane.email):
        assert WRONG in sign_in(login, "wrong").text

    for login, password in ((jane.email, PASSWORD), (jay.email, JAYS)):
        assert "Too many failed sign-in attempts." in sign_in(login, password).text


def test_an_outdated_hash_is_renewed_where_it_is_and_the_session_holds(jane, jay, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    with allow_account_writes():
        User.accounts.filter(pk=jay.pk).update(password=make_password(JAYS, hasher="pbkdf2_sha256"))
    hers = again(jane).password

    page = sign_in(jay.email, JAYS)

    assert again(jay).password.startswith("md5$")
    assert again(jane).password == hers
    assert page.browser.get("/profile/").status_code == 200


def test_once_parted_it_signs_in_to_itself(jane, jay):
    unlink(jane, "auth0", jay.bare_id, actor=SHELL)

    page = sign_in(jay.email, JAYS)

    assert page.browser.session["_auth_user_id"] == str(jay.pk)


def test_the_primarys_second_factor_is_asked_for(jane, jay):
    secret = enrol(jane)

    asked = sign_in(jay.email, JAYS)

    assert "_auth_user_id" not in asked.browser.session
    inside = asked.press("Sign in", code=code(secret))
    assert inside.browser.session["_auth_user_id"] == str(jane.pk)


def test_the_block_on_attempts_at_its_address_is_the_primarys(jane, jay):
    for _ in range(5):
        sign_in(jay.email, "wrong")

    assert lockouts_of(again(jane)) == [Lockout(jane.email), Lockout(jay.email)]
    clear_lockouts([again(jane)], actor=SHELL)

    assert sign_in(jay.email, JAYS).path == "/profile/"


class TestTokens:
    """A program that asks for the password."""

    def test_are_the_primarys(self, ask, jane, jay, verified):
        token = token_of(ask(username="JAY@example.com", password=JAYS))

        assert verified(token, MANAGEMENT)["sub"] == jane.user_id
        assert (again(jane).logins_count, again(jay).logins_count) == (1, 0)

    def test_there_are_none_for_the_blocked(self, ask, jane, jay):
        block_user(jane, actor=SHELL)

        assert refused(ask(username=jay.email, password=JAYS))[1] == "unauthorized"

    def test_there_are_none_past_the_primarys_second_factor(self, ask, jane, jay):
        enrol(jane)

        assert ask(username=jay.email, password=JAYS).status_code == 403

    def test_two_accounts_are_linked_by_what_their_owner_got_for_them(self, ask, browser, jane, jay):
        unlink(jane, "auth0", jay.bare_id, actor=SHELL)
        proof = ask(username=jay.email, password=JAYS, scope="openid").json()["id_token"]
        token = token_of(ask(scope="update:current_user_identities"))

        answer = browser().post(
            f"/api/v2/users/{jane.user_id}/identities",
            {"link_with": proof},
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {token}",
        )

        assert answer.status_code == 201, answer.content
        assert [one["user_id"] for one in answer.json()] == [jane.bare_id, jay.bare_id]


class TestNewPassword:
    """By mail."""

    def test_the_letter_goes_to_the_linked_address_and_sets_its_own_password(self, jane, jay, browser):
        elsewhere = browser(jane)

        form = open_page(Client(), link_for("Jay@example.com"))
        done = form.press("Set password", password1=NEW, password2=NEW)

        assert deliver()[-1].to == ["jay@example.com"]
        assert "Your password is changed" in done.text
        assert again(jay).check_password(NEW)
        assert again(jane).check_password(PASSWORD)
        assert elsewhere.get("/profile/").status_code == 302
        assert sign_in(jay.email, NEW).path == "/profile/"

    def test_the_record_tells_whose_it_was(self, jane, jay):
        form = open_page(Client(), link_for(jay.email))
        form.press("Set password", password1=NEW, password2=NEW)

        [hers] = Change.objects.filter(subject=jane.user_id, what="password")
        [his] = Change.objects.filter(subject=jay.user_id, what="password")
        assert hers.keys == {"identity": {"after": jay.user_id}}
        assert {(line.actor_id, line.face) for line in (hers, his)} == {(jane.user_id, "sign_in")}

    def test_the_link_works_once(self, jay):
        address = link_for(jay.email)
        open_page(Client(), address).press("Set password", password1=NEW, password2=NEW)

        assert "already been used" in open_page(Client(), address).text

    def test_a_blocked_persons_linked_address_gets_none(self, jane, jay):
        block_user(jane, actor=SHELL)

        assert link_for(jay.email) is None

    def test_changing_ones_password_changes_the_primarys(self, jane, jay):
        inside = sign_in(jay.email, JAYS).browser

        page = open_page(inside, "/password/change/")
        page.press("Change password", oldpassword=PASSWORD, password1=NEW, password2=NEW)

        assert again(jane).check_password(NEW)
        assert again(jay).check_password(JAYS)
        assert inside.get("/profile/").status_code == 200
