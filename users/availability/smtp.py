"""Django's SMTP back end, with one exception class for a mail server that cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from smtplib import SMTPException, SMTPServerDisconnected

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend as DjangoEmailBackend


class EmailBackend(DjangoEmailBackend):
    """Raises SMTPServerDisconnected in place of the network's other OSErrors, by which `outage_of` could
    not tell the mail server from other services."""

    def open(self) -> bool | None:
        with _as_smtp_errors(self):
            return super().open()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with _as_smtp_errors(self):
            return super().send_messages(email_messages)


@contextmanager
def _as_smtp_errors(backend: DjangoEmailBackend) -> Iterator[None]:
    try:
        yield
    except SMTPException:
        raise
    except OSError as error:
        raise SMTPServerDisconnected(f"cannot reach {backend.host}:{backend.port}: {error}") from error
