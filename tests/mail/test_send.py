"""A mail is a job: sent once, later where the mail server is away, and never a secret in the table."""

from __future__ import annotations

import json
import re
import smtplib

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from tests.mailbox import deliver
from users.actions.account.delete_user import delete_user
from users.jobs.worker import Worker
from users.mail.password_reset import request_password_reset, send_password_reset
from users.models import Job
from users.rights.actor import command_actor

SHELL = command_actor("tests")
LINK = re.compile(r"https?://\S+")


@pytest.fixture
def reset(jane) -> Job:
    """A mail to Jane that waits for a worker."""
    send_password_reset(jane, actor=SHELL)
    return Job.objects.get()


@pytest.fixture
def server(monkeypatch):
    """`server(error, when="open")`: let the mail server fail in this way, None to repair it."""

    def fail(error: Exception | None, *, when: str = "send_messages") -> None:
        monkeypatch.undo()
        if error is not None:
            monkeypatch.setattr(EmailBackend, when, lambda *_: (_ for _ in ()).throw(error))

    return fail


def work() -> None:
    """As if the time to rest had passed."""
    Job.objects.filter(status="pending").update(due_at=timezone.now())
    assert Worker().work()


REFUSED_NOW = [
    pytest.param(smtplib.SMTPServerDisconnected("away"), "open", id="no server"),
    pytest.param(smtplib.SMTPConnectError(421, b"busy"), "open", id="a busy server"),
    pytest.param(smtplib.SMTPAuthenticationError(535, b"no"), "open", id="a wrong password"),
    pytest.param(smtplib.SMTPServerDisconnected("gone"), "send_messages", id="a lost connection"),
    pytest.param(
        smtplib.SMTPRecipientsRefused({"j@x": (451, b"later")}), "send_messages", id="a full mailbox"
    ),
    pytest.param(smtplib.SMTPDataError(452, b"later"), "send_messages", id="a full disk"),
]
REFUSED_FOR_GOOD = [
    pytest.param(smtplib.SMTPRecipientsRefused({"j@x": (550, b"no such user")}), id="no such mailbox"),
    pytest.param(smtplib.SMTPDataError(554, b"spam"), id="taken for spam"),
    pytest.param(ValueError("no address"), id="no address at all"),
]


@pytest.mark.parametrize(("error", "when"), REFUSED_NOW)
def test_a_mail_that_cannot_be_sent_now_is_sent_later_and_once(reset, server, caplog, error, when):
    server(error, when=when)
    work()
    work()
    waiting = Job.objects.get()
    assert (waiting.status, waiting.attempts) == ("pending", 2)
    assert 15 < (waiting.due_at - timezone.now()).total_seconds() <= 20
    assert "Traceback" not in caplog.text

    server(None)
    work()

    assert len(mail.outbox) == 1
    assert not Job.objects.exists()


def test_what_is_away_too_long_is_given_up_and_stays_to_be_seen(reset, server):
    server(smtplib.SMTPServerDisconnected("away"), when="open")
    for _ in range(8):
        work()

    failed = Job.objects.get()
    assert (failed.status, failed.details) == ("failed", "The mail server is not available. Try again later.")


@pytest.mark.parametrize("error", REFUSED_FOR_GOOD)
def test_a_mail_that_is_refused_for_good_is_not_tried_again(reset, server, error):
    server(error)
    work()

    failed = Job.objects.get()
    assert (failed.status, failed.details) == ("failed", "The mail server rejected the email permanently.")


def test_an_error_after_the_server_took_the_mail_sends_no_second_one(reset, server):
    server(smtplib.SMTPServerDisconnected("gone"), when="close")
    work()

    assert len(mail.outbox) == 1
    assert not Job.objects.exists()


def test_all_attempts_carry_one_message_id(reset, settings):
    settings.PUBLIC_URL = "https://desk.example.com"
    deliver()
    Job.objects.bulk_create([reset])
    deliver()

    ids = {letter.message()["Message-ID"] for letter in mail.outbox}
    assert ids == {f"<{reset.job_id}@desk.example.com>"}
    assert mail.outbox[0].message()["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("is_away", [True, False])
def test_the_table_of_jobs_never_holds_the_link(jane, server, is_away):
    request_password_reset(jane.email)
    deliver()
    secret = LINK.search(mail.outbox[0].body)[0].rstrip("/").rpartition("-")[2]
    send_password_reset(jane, actor=SHELL)
    server(smtplib.SMTPServerDisconnected("gone") if is_away else None)
    deliver()

    assert Job.objects.count() == is_away
    assert secret not in json.dumps(list(Job.objects.values()), default=str)
    assert "/password/reset/" not in json.dumps(list(Job.objects.values()), default=str)


def test_a_user_deleted_meanwhile_gets_none(reset, jane):
    delete_user(jane, actor=SHELL)
    deliver()

    assert mail.outbox == []
    assert Job.objects.get().details == "The user was deleted in the meantime."
