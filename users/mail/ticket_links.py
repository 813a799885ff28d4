"""The URL of a ticket, and the mail that holds it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.urls import reverse  # noqa: TID251 - links in mails lead to our pages

from users.actions.errors import NotSupported
from users.conf import conf
from users.jobs.errors import JobFailed
from users.jobs.run import Run
from users.mail.message import Message
from users.mail.send import send_once, user_of
from users.models import Ticket, User

TICKET_PAGES = {
    Ticket.Purpose.PASSWORD_CHANGE: "ticket_password",
    Ticket.Purpose.EMAIL_VERIFICATION: "ticket_email",
}


def ticket_link(purpose: Ticket.Purpose, secret: str) -> str:
    """The link, under PUBLIC_URL. Source: recorded answers, for its form to the last character."""
    return f"{conf.public_url}{reverse(TICKET_PAGES[purpose])}?{urlencode({'ticket': secret})}#"


def mail_ticket(run: Run, write: Callable[[User], Message]) -> None:
    """Send the job's user a mail with a ticket. `write` creates the ticket here, so that its secret is never
    stored. Raises as `send_once` does, with JobFailed where `write` raises NotSupported."""
    user = user_of(run)
    try:
        send_once(run, user.email or "", lambda: write(user))
    except NotSupported as error:
        raise JobFailed(str(error)) from None
