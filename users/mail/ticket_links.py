"""The URL of a ticket."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse  # noqa: TID251 - links in mails lead to our pages

from users.conf import conf
from users.models import Ticket

TICKET_PAGES = {
    Ticket.Purpose.PASSWORD_CHANGE: "ticket_password",
    Ticket.Purpose.EMAIL_VERIFICATION: "ticket_email",
}


def ticket_link(purpose: Ticket.Purpose, secret: str) -> str:
    """The link, under PUBLIC_URL. Source: recorded answers, for its form to the last character."""
    return f"{conf.public_url}{reverse(TICKET_PAGES[purpose])}?{urlencode({'ticket': secret})}#"
