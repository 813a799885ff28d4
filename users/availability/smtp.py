"""Django's SMTP back end, whose failures to reach the server are all of one class."""

from __future__ import annotations

from collections.abc import Sequence
from smtplib import SMTPException, SMTPServerDisconnected

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend as DjangoEmailBackend


class EmailBackend(DjangoEmailBackend):
    """Raises SMTPException, and no other OSError of the network, which elsewhere may mean anything."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        try:
            return super().send_messages(email_messages)
        except SMTPException:
            raise
        except OSError as error:
            raise SMTPServerDisconnected(f"cannot reach {self.host}:{self.port}: {error}") from error
