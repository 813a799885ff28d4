"""Attackers who create an account with another person's email, and wait for its owner.

Source: Sudhodanan and Paverd, "Pre-hijacked accounts", USENIX Security 2022. Its attacks, in its order:
classic-federated merge, unexpired session, trojan identifier, unexpired email change, non-verifying
identity provider.
"""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail

from tests.conftest import PASSWORD, SHELL, again
from tests.mailbox import deliver
from tests.oauth.sign_in_browser import answer_of, authorize, exchange, follow, type_password
from tests.second_factor import code, enrol
from tests.web.pages import open_page
from users.actions.account.create_user import create_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.identities import link
from users.actions.account.tickets import create_ticket
from users.mail.password_reset import request_password_reset
from users.mail.ticket_links import ticket_link
from users.models import Connection, Session, Ticket, User
from users.sign_in import hooks
from users.sign_in.hooks import PostLoginResult
from users.sign_in.outcomes import SignedIn
from users.sign_in.progress import ProviderProfile, SignInRequest
from users.sign_in.transaction import sign_in_from_provider

VICTIM, ATTACKERS = "victim@example.com", "attacker-Pass-1"
NEW = "quite another secret"


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.IS_EMAIL_CONFIGURED = True


@pytest.fixture
def attacker(browser, spa):
    """A browser in which the attacker has signed up with the victim's email, and is signed in."""
    window = browser()
    page = authorize(window, spa, screen_hint="signup")["Location"]
    answer = answer_of(follow(window, window.post(page, {"email": VICTIM, "password": ATTACKERS})))
    window.code = answer["code"]
    return window


@pytest.fixture
def account(attacker) -> User:
    deliver()
    return User.objects.get(email=VICTIM)


def follow_reset_link(browser, email: str = VICTIM, password: str = NEW):
    """The owner of the mailbox asks for a link and sets a new password. Returns the emails that follow."""
    request_password_reset(email)
    page = open_page(browser(), reset_links(deliver())[-1])
    mail.outbox.clear()
    page.press("Set password", password1=password, password2=password)
    return deliver()


def reset_links(messages) -> list[str]:
    found = (re.search(r"/password/reset/key/\S+", message.body) for message in messages)
    return [link[0] for link in found if link]


def verification_link(account: User) -> str:
    secret = create_ticket(account, Ticket.Purpose.EMAIL_VERIFICATION, actor=SHELL)
    found = ticket_link(Ticket.Purpose.EMAIL_VERIFICATION, secret)
    return found[found.index("/u/") :].rstrip("#")


def can_sign_in(window, spa, password: str) -> bool:
    page = authorize(window, spa, prompt="login")
    answer = window.post(page["Location"], {"login": VICTIM, "password": password})
    return answer.status_code == 200 and "code" in answer_of(follow(window, answer))


# --- Classic-federated merge, and an identity provider that does not verify emails ------------------------


def test_accounts_of_different_connections_are_never_merged_by_email(account, attacker, spa):
    """The owner comes by another provider: a user of their own, whatever the provider says of the email. The
    reverse, an attacker by a provider that verifies nothing, gets no access to the owner's account either."""
    other = Connection.objects.create(name="Partners")
    spa.connections.add(other)
    profile = ProviderProfile(connection=other, bare_id="7", fields={"email": VICTIM, "email_verified": True})

    outcome = sign_in_from_provider(
        profile,
        SignInRequest(ip="192.0.2.7", application=spa),
        persist=lambda stored: create_user(other, actor=SHELL, profile={"email": stored.fields["email"]}),
    )

    assert isinstance(outcome, SignedIn)
    assert outcome.user != account
    assert not again(account).email_verified


# --- Unexpired session -------------------------------------------------------------------------------------


def test_a_reset_ends_sessions_codes_and_the_password(browser, account, attacker, spa):
    follow_reset_link(browser)

    assert answer_of(authorize(attacker, spa, prompt="none"))["error"] == "login_required"
    assert exchange(attacker, spa, attacker.code).status_code == 403
    assert not can_sign_in(attacker, spa, ATTACKERS)
    assert can_sign_in(browser(), spa, NEW)


def test_a_password_that_was_given_before_the_reset_does_not_wait(
    browser, account, attacker, spa, monkeypatch
):
    """At the page that adds a second factor, where the attacker would enrol after the reset."""
    demand = lambda _: PostLoginResult(demands_second_factor=True)  # noqa: E731
    monkeypatch.setattr(hooks, "POST_LOGIN", (demand,))
    waiting = authorize(attacker, spa, prompt="login")
    page = attacker.post(waiting["Location"], {"login": VICTIM, "password": ATTACKERS})["Location"]
    page = attacker.get(page)["Location"]
    secret = re.search(r'data-copy="([A-Z2-7]+)"', attacker.get(page).content.decode())[1]

    follow_reset_link(browser)

    answer = attacker.post(page, {"code": code(secret)})
    assert attacker.get(answer["Location"])["Location"].startswith("/u/login")
    assert not Authenticator.objects.exists()


def test_a_user_who_waits_on_another_site_has_to_sign_in_again(browser, account, attacker, spa, monkeypatch):
    away = lambda _: PostLoginResult(redirect_url="https://quiz.example/")  # noqa: E731
    monkeypatch.setattr(hooks, "POST_LOGIN", (away,))
    page = authorize(attacker, spa, prompt="login")["Location"]
    left = follow(attacker, attacker.post(page, {"login": VICTIM, "password": ATTACKERS}))
    state = left["Location"].partition("state=")[2]

    follow_reset_link(browser)

    resumed = attacker.get(attacker.get(f"/continue?state={state}")["Location"])
    assert resumed["Location"].startswith("/u/login")


# --- A second factor of the attacker -----------------------------------------------------------------------


def test_the_first_reset_removes_the_second_factor_and_says_so(browser, account, spa):
    enrol(account)
    deliver()

    (notice,) = follow_reset_link(browser)

    assert not Authenticator.objects.exists()
    assert notice.to == [VICTIM]
    assert "Two-step sign-in" in notice.subject
    assert again(account).email_verified
    assert can_sign_in(browser(), spa, NEW)


def test_the_first_verification_removes_it_as_well(browser, account, spa):
    """Otherwise a reset later on, of a verified email, would leave it in place."""
    enrol(account)

    page = verification_link(account)
    open_page(browser(), page).press("Confirm")

    assert again(account).email_verified
    assert not Authenticator.objects.exists()


def test_a_user_who_verifies_where_they_signed_up_loses_nothing(account, attacker):
    """Who signed up is the owner of the mailbox."""
    enrol(account)

    secret = verification_link(account).partition("ticket=")[2]
    answer = attacker.post("/u/email-verification", {"ticket": secret})

    assert answer.status_code == 200
    assert again(account).email_verified
    assert Authenticator.objects.filter(user=account, type="totp").exists()
    assert Session.objects.filter(user=account).exists()


@pytest.mark.parametrize(("who", "is_left"), [("account", True), ("jane", False), (None, False)])
def test_nor_does_a_user_who_is_signed_in_on_the_own_page(browser, request, account, who, is_left):
    """Of all users, only the one whose email it is. Others are warned: they may have signed up elsewhere."""
    enrol(account)
    window = browser(request.getfixturevalue(who) if who else None)
    link = verification_link(again(account))

    assert ("turns off two-step sign-in" in window.get(link).content.decode()) != is_left
    open_page(window, link).press("Confirm")

    assert Authenticator.objects.filter(user=account, type="totp").exists() == is_left


def test_no_warning_is_given_where_there_is_nothing_to_lose(browser, account):
    page = browser().get(verification_link(account)).content.decode()

    assert "Confirm only if" in page
    assert "two-step" not in page


def test_nor_one_whose_session_on_the_own_page_has_ended(browser, account):
    enrol(account)
    window = browser(account)
    edit_user(account, Edit(password=NEW), actor=SHELL)

    open_page(window, verification_link(again(account))).press("Confirm")

    assert not Authenticator.objects.exists()


def test_later_resets_leave_the_second_factor(browser, account):
    follow_reset_link(browser)
    enrol(again(account))
    follow_reset_link(browser, password="a third secret, quite new")

    assert Authenticator.objects.filter(user=account, type="totp").exists()


def test_nor_does_a_change_of_the_email_bring_the_first_time_back(browser, account):
    follow_reset_link(browser)
    enrol(again(account))
    edit_user(again(account), Edit(profile={"email": "new@example.com"}), actor=SHELL)
    deliver()
    follow_reset_link(browser, "new@example.com", "a third secret, quite new")

    assert Authenticator.objects.filter(user=account, type="totp").exists()


def test_the_mailbox_alone_does_not_replace_the_factor_of_an_account_that_others_created(browser, jane):
    enrol(jane)
    deliver()
    follow_reset_link(browser, jane.email)

    assert again(jane).email_verified
    assert Authenticator.objects.filter(user=jane, type="totp").exists()


# --- Trojan identifier -------------------------------------------------------------------------------------


def test_the_first_reset_unlinks_accounts_of_the_attacker(browser, account, spa, make_user):
    own = make_user("attacker", password=PASSWORD)
    link(account, own, actor=SHELL)

    follow_reset_link(browser)

    own = again(own)
    assert (own.linked_to, again(account).linked_identities) == (None, None)
    window = browser()
    answer = answer_of(follow(window, type_password(window, authorize(window, spa), own)))
    assert Session.objects.filter(user=own).exists()
    assert "code" in answer


def test_the_first_reset_separates_the_account_from_a_primary_of_the_attacker(
    browser, account, make_user, spa
):
    own = make_user("attacker", password=PASSWORD)
    link(own, account, actor=SHELL)

    follow_reset_link(browser)

    owners = again(account)
    assert (owners.linked_to, owners.email_verified) == (None, True)
    window = browser()
    assert can_sign_in(window, spa, NEW)
    assert Session.objects.filter(user=owners).exists()


# --- Unexpired email change --------------------------------------------------------------------------------


def test_links_that_were_sent_to_another_email_are_void(browser, account):
    """The attacker's own mailbox holds links from when the account had that email."""
    edit_user(account, Edit(profile={"email": "attacker@example.com"}), actor=SHELL)
    old = verification_link(again(account))
    request_password_reset("attacker@example.com")
    reset = reset_links(deliver())[-1]
    edit_user(again(account), Edit(profile={"email": VICTIM}), actor=SHELL)

    follow_reset_link(browser)

    assert browser().get(old).status_code == 410
    assert "password1" not in browser().get(reset, follow=True).content.decode()
    assert again(account).email == VICTIM
