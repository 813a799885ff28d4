"""Letters of our own to people."""

from __future__ import annotations

import logging
from typing import Any

from django.core.mail import send_mail
from django.template.loader import render_to_string

from users.conf import conf
from users.metadata.identifiers import delivery_email

log = logging.getLogger(__name__)


class NoMail(Exception):
    """A mail did not leave. The text says why, to people."""


def check_mail() -> None:
    """Raises NoMail where none can leave."""
    if not conf.is_email_configured:
        raise NoMail("Mail is not set up (EMAIL_URL), so nothing was sent.")


def send_letter(name: str, to: str, context: dict[str, Any]) -> None:
    """Send the letter of that name, which is a subject and a message among the templates. Raises
    NoMail."""
    check_mail()
    subject = render_to_string(f"users/mail/{name}_subject.txt", context).strip()
    message = render_to_string(f"users/mail/{name}_message.txt", context)
    try:
        send_mail(subject, message, None, [delivery_email(to)])
    except UnicodeError as error:
        raise NoMail(f"The domain of {to} is invalid, so nothing was sent.") from error
    except OSError as error:  # what smtplib raises, and what the network does
        log.warning("a mail was not taken: %s", error)
        raise NoMail("The mail server did not take the mail, so nothing was sent.") from error
