"""Send one email, from a job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext, override

from users.availability.outage import outage_of
from users.conf import conf
from users.jobs.errors import JobFailed
from users.jobs.run import Run
from users.mail.message import Message
from users.mail.reader import language_of
from users.metadata.identifiers import delivery_email
from users.models import User

# Attempts of a job that sends an email: with the worker's backoff the last is some eight hours after the
# first.
ATTEMPTS = 8
MAIL_REFUSED = "The mail server rejected the email permanently."


class MailDisabled(Exception):
    """This installation sends no email. The message says why, for the page or the API."""


def check_mail_enabled() -> None:
    """Raises MailDisabled where this installation sends no email."""
    if not conf.is_email_configured:
        raise MailDisabled(gettext("Mail is not set up (EMAIL_URL), so nothing was sent."))


def user_of(run: Run) -> User:
    """The user of this job. Raises JobFailed where they were deleted since it was enqueued."""
    if run.job.user is None:
        raise JobFailed(gettext("The user was deleted in the meantime."))
    return run.job.user


def send_once(run: Run, to: str, write: Callable[[], Message]) -> None:
    """Send the email of this job, once, however often the job is interrupted and resumed.

    `write` is called in the reader's language, and when the mail server is connected, so that no link is made
    for an email that cannot be sent.

    Raises JobFailed; SMTPException where the mail server is unavailable, and the worker retries; and what
    `write` raises, before which nothing was sent.
    """
    try:
        # Checked again when the job runs: the configuration may have changed since it was enqueued.
        check_mail_enabled()
        # Django encodes domains by IDNA 2003, which sends mail for straße.de to another domain.
        recipient = delivery_email(to)
    except MailDisabled as error:
        raise JobFailed(str(error)) from None
    except UnicodeError:
        raise JobFailed(gettext("The domain of the email is invalid.")) from None

    def send() -> None:
        with _connect() as connection:
            with override(language_of(run)):
                email = _render(run, recipient, write())
            with _report_refusals():
                connection.send_messages([email])

    run.once("mail", send, doing=gettext("sending the email"))


class _RelatedEmail(EmailMultiAlternatives):
    """An email whose other parts belong to its HTML, and are no attachments (RFC 2387)."""

    def message(self, **options: Any) -> Any:
        message = super().message(**options)
        message.set_type("multipart/related")
        message.set_param("type", "multipart/alternative")
        return message


def _render(run: Run, to: str, message: Message) -> EmailMultiAlternatives:
    """All attempts have the same Message-ID, by which mailboxes recognise an email that a server took
    without confirming. `Auto-Submitted` prevents out-of-office replies (RFC 3834)."""
    host = urlsplit(conf.public_url).hostname
    headers = {"Message-ID": f"<{run.job.job_id}@{host}>", "Auto-Submitted": "auto-generated"}
    logo = message.logo
    email_class = _RelatedEmail if logo else EmailMultiAlternatives
    email = email_class(message.subject_line, message.render_text(), to=[to], headers=headers)
    email.attach_alternative(message.render_html(), "text/html")
    if logo:
        email.attach(logo)
    return email


@contextmanager
def _connect() -> Iterator[BaseEmailBackend]:
    """Connect to the mail server, and disconnect afterwards. Raises SMTPException."""
    connection = get_connection()
    connection.open()
    try:
        yield connection
    finally:
        # Ignored: the server has accepted or refused the email by now.
        with suppress(OSError):
            connection.close()


@contextmanager
def _report_refusals() -> Iterator[None]:
    """Raises JobFailed where retrying would change nothing."""
    try:
        yield
    except SMTPException as error:
        if outage_of(error) is None:
            raise JobFailed(MAIL_REFUSED) from error
        raise
    except ValueError as error:  # an email that no header can hold
        raise JobFailed(MAIL_REFUSED) from error
