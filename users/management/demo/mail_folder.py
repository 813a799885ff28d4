"""A folder in which the demo stores emails instead of sending them, one file each, in the format of the mail
(RFC 5322)."""

from __future__ import annotations

import base64
import logging
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from users.conf import conf
from users.management.demo.private_file import write_private

# How many emails the folder holds; the oldest are deleted.
CAPACITY = 100
# The time in nanoseconds, and a random part. Other files in the folder are left alone.
FILE_NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}\.eml")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StoredMail:
    """An email in the folder. `mail_id` is the name of its file."""

    mail_id: str
    stored_at: datetime
    to: str
    subject: str
    text: str
    html: str


class MailFolder(BaseEmailBackend):
    """The email backend of `make run`."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store each message, and print where it can be read."""
        for message in email_messages:
            mail_id = _store(message)
            log.info("Email: %s/demo/mail/%s/", conf.public_url, mail_id)
        return len(email_messages)


def list_mails() -> list[StoredMail]:
    """All stored emails, the newest first."""
    found = (_read(path) for path in _files())
    return [mail for mail in found if mail]


def read_mail(mail_id: str) -> StoredMail | None:
    """One of them; None where there is none with this id, which comes from a URL."""
    # Compared with what is there, so that no path can leave the folder.
    return next((_read(path) for path in _files() if path.stem == mail_id), None)


def _store(message: EmailMessage) -> str:
    """Write the file, delete the oldest ones, and return the id."""
    folder = _folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    mail_id = f"{time.time_ns():020}-{secrets.token_hex(4)}"
    # Not readable by other users of this machine: links in emails open accounts.
    write_private(folder / f"{mail_id}.eml", message.message().as_bytes().decode())
    for path in _files()[CAPACITY:]:
        path.unlink(missing_ok=True)
    return mail_id


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "demo_mail"


def _files() -> list[Path]:
    """The newest first: their names begin with the time."""
    found = (path for path in _folder().glob("*.eml") if FILE_NAME.fullmatch(path.name))
    return sorted(found, reverse=True)


def _read(path: Path) -> StoredMail | None:
    """None where it was deleted meanwhile."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    message = message_from_bytes(content, policy=policy.default)
    nanoseconds = int(path.stem.partition("-")[0])
    return StoredMail(
        mail_id=path.stem,
        stored_at=datetime.fromtimestamp(nanoseconds / 1e9, UTC),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=_part(message, "plain"),
        html=_with_images(message, _part(message, "html")),
    )


def _with_images(message: ParsedMessage, html: str) -> str:
    """The HTML with the images of the email, as data URLs in place of their ids."""
    for part in message.walk():
        if part["Content-ID"]:
            encoded = base64.b64encode(part.get_content()).decode()
            url = f"data:{part.get_content_type()};base64,{encoded}"
            html = html.replace(f"cid:{part['Content-ID'].strip('<>')}", url)
    return html


def _part(message: ParsedMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""
