"""The mails that leave: jobs send them, so a worker has to run first."""

from __future__ import annotations

from django.core import mail
from django.core.mail import EmailMessage

from users.jobs.worker import Worker


def deliver() -> list[EmailMessage]:
    """Let a worker do all jobs that wait. All mails sent so far, oldest first."""
    while Worker().work():
        pass
    return mail.outbox
