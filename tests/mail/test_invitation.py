"""An invitation: a new user sets the first password by a link from the mail."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from tests.conftest import again
from tests.mailbox import deliver
from tests.web.pages import open_page
from users.actions.account.create_user import create_user
from users.actions.account.delete_user import delete_user
from users.actions.errors import NotSupported
from users.mail.invitation import request_invitation
from users.models import Job, User
from users.rights.actor import command_actor, staff_actor
from users.rights.errors import Denied

SHELL = command_actor("tests")


@pytest.fixture
def invited(connection, agent) -> User:
    return create_user(connection, actor=staff_actor(agent), profile={"email": "new@example.com"})


def test_the_link_sets_the_password_and_verifies_the_email(invited, agent, browser):
    request_invitation(invited, actor=staff_actor(agent))
    [message] = deliver()

    link = re.search(r"https?://[^/]+(/\S+)", message.body)[1].rstrip("#")
    page = open_page(browser(), link)
    button = next(iter(page.buttons))
    page.press(button, password1="correct horse battery", password2="correct horse battery")

    user = again(invited)
    assert message.to == ["new@example.com"]
    assert user.check_password("correct horse battery")
    assert user.email_verified


def test_the_job_stores_no_link(invited, agent):
    request_invitation(invited, actor=staff_actor(agent))
    deliver()

    job = Job.objects.get(kind="invitation_email")
    assert "ticket=" not in f"{job.parameters}{job.state}{job.result}{job.log}"


def test_who_may_not_send_links_invites_no_one(invited, staff_with):
    with pytest.raises(Denied):
        request_invitation(invited, actor=staff_actor(staff_with("view_user", "create_user")))


def test_a_user_without_an_email_cannot_be_invited(connection, make_user):
    user = create_user(connection, actor=SHELL, profile={"phone_number": "+4799999999"})

    with pytest.raises(NotSupported):
        request_invitation(user, actor=SHELL)


def test_a_user_deleted_meanwhile_gets_no_mail(invited, agent):
    request_invitation(invited, actor=staff_actor(agent))
    delete_user(invited, actor=SHELL)

    deliver()

    assert not mail.outbox
    assert Job.objects.get(kind="invitation_email").status == "failed"
