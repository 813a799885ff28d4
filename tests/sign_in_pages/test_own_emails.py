"""The account's own email is the truth: allauth's table of email addresses stays empty."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client

from tests.conftest import PASSWORD
from tests.mailbox import deliver
from tests.second_factor import code
from tests.web.pages import Page, open_page
from users.actions.account.tickets import create_ticket
from users.mail.password_reset import send_password_reset
from users.mail.ticket_links import ticket_link
from users.models import Ticket, User
from users.rights.actor import command_actor
from users.sign_in import lockout

SHELL = command_actor("tests")
NEW = "quite another secret"
ADD = "/profile/security/app/add/"


def sign_in(user: User, password: str = PASSWORD, **headers: str) -> Page:
    return open_page(Client(**headers), "/login/").press("Sign in", login=user.email, password=password)


def enrol(member: Client, password: str = PASSWORD) -> None:
    """Add an authenticator app on one's own page."""
    page = open_page(member, ADD)
    if "Confirm that it is you" in page.text:
        page = page.press("Continue", password=password)
    secret = re.search(r'data-copy="([A-Z2-7]{32})"', page.html)[1]
    page.press("Turn on", code=code(secret))


def ask(user: User, by: str) -> None:
    if by == "a stranger":
        open_page(Client(), "/password/reset/").press("Send link", email=user.email)
    else:
        send_password_reset(user, actor=SHELL)


@pytest.mark.parametrize("by", ["a stranger", "staff"])
def test_after_a_request_for_a_reset_one_may_still_add_a_second_factor(jane, by):
    ask(jane, by)
    assert len(deliver()) == 1

    enrol(sign_in(jane).browser)

    assert Authenticator.objects.filter(user=jane, type="totp").exists()
    assert not EmailAddress.objects.exists()


def test_rows_of_an_earlier_version_do_not_stand_in_the_way_either(jane):
    EmailAddress.objects.create(user=jane, email=jane.email, verified=False)

    enrol(sign_in(jane).browser)

    assert Authenticator.objects.filter(user=jane, type="totp").exists()


def test_the_whole_way_by_mail_writes_no_row(jane):
    ask(jane, "a stranger")
    link = re.search(r"https?://[^/\s]+(/\S+)", deliver()[-1].body)[1]
    open_page(Client(), link).press("Set password", password1=NEW, password2=NEW)
    inside = sign_in(jane, NEW).browser
    page = open_page(inside, "/password/change/")
    page.press("Change password", oldpassword=NEW, password1=PASSWORD, password2=PASSWORD)
    enrol(inside)
    open_page(Client(), link)

    assert User.objects.get(pk=jane.pk).check_password(PASSWORD)
    assert not EmailAddress.objects.exists()
    assert User.objects.get(pk=jane.pk).email_verified


@pytest.mark.parametrize("by", ["a stranger", "a ticket"])
def test_a_password_set_by_a_link_lifts_the_lockout_of_its_login(jane, by):
    for number in range(5):
        sign_in(jane, "wrong", REMOTE_ADDR=f"192.0.2.{number}")
    assert lockout.is_locked_out([lockout.lockout_key(jane)])

    if by == "a ticket":
        secret = create_ticket(jane, Ticket.Purpose.PASSWORD_CHANGE, actor=SHELL)
        address = ticket_link(Ticket.Purpose.PASSWORD_CHANGE, secret)
    else:
        ask(jane, by)
        address = re.search(r"https?://\S+", deliver()[-1].body)[0]
    page = open_page(Client(), re.sub(r"https?://[^/]+|#$", "", address))
    page.press("Set password", password1=NEW, password2=NEW)

    assert not lockout.is_locked_out([lockout.lockout_key(jane)])
    assert sign_in(jane, NEW).path == "/profile/"


def test_it_lifts_no_block_of_an_ip_address(jane):
    for number in range(11):
        open_page(Client(), "/login/").press("Sign in", login=f"p{number}@example.com", password="wrong")
    sign_in(jane, "wrong")
    ask(jane, "a stranger")
    link = re.search(r"https?://[^/\s]+(/\S+)", deliver()[-1].body)[1]
    open_page(Client(), link).press("Set password", password1=NEW, password2=NEW)

    assert "Too many failed sign-in attempts." in sign_in(jane, NEW).text
