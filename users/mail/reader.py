"""What an email depends on beside its kind: the language of its reader, and the application they use."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from users.conf import conf
from users.jobs.run import Run
from users.mail.message import one_line
from users.models import Client
from users.representation.languages import find_language


def reader_parameters(*, client_id: str = "", language: str = "") -> dict[str, Any]:
    """What a job stores of the page where a user asked for an email: the client, and the language that the
    page was in. Both are empty where staff asked."""
    given = {"client_id": client_id, "language": language}
    return {name: value for name, value in given.items() if value}


def language_of(run: Run) -> str:
    """The language of the page where the user asked, else that of their profile, else the default."""
    page, profile = run.parameters.get("language"), run.job.user and run.job.user.locale
    return find_language(page or "") or find_language(profile or "") or settings.LANGUAGE_CODE


def site_host() -> str:
    """The host of this installation, as the texts of emails name it."""
    return urlsplit(conf.public_url).netloc


def client_of(run: Run) -> Client | None:
    """The application where the user asked; None where there is none."""
    client_id = run.parameters.get("client_id")
    return Client.objects.filter(client_id=client_id).first() if client_id else None


def application_of(run: Run) -> str:
    """The name of the application where the user asked; empty where there is none."""
    client = client_of(run)
    return one_line(client.name) if client else ""
