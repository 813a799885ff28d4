"""`.demo.json`: URLs and credentials of the demo, for users and scripts."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings

from users.conf import conf
from users.management.demo.private_file import write_private
from users.models import Client, User

# The document: `url`, `audience`, `client` (`client_id`, `client_secret`) and, under these
# names, accounts (`email`, `password`).
ACCOUNTS = ("admin", "agent", "user")
DemoDocument = dict[str, Any]


def current_urls() -> DemoDocument:
    """Return the part that follows from the settings."""
    return {"url": settings.PUBLIC_URL, "audience": conf.management_audience}


def write(document: DemoDocument) -> None:
    """Store the document where `make run` and scripts find it."""
    write_private(settings.DEMO_FILE, json.dumps(document, indent=2) + "\n")


def read() -> DemoDocument | None:
    """Return the document; None where the file is missing or invalid."""
    try:
        document = json.loads(settings.DEMO_FILE.read_text(encoding="utf-8"))
        complete = isinstance(document, dict) and all(
            isinstance(document[account][key], str) for account in ACCOUNTS for key in ("email", "password")
        )
        complete = complete and all(
            isinstance(document["client"][key], str) for key in ("client_id", "client_secret")
        )
    # Users may edit the file; anything unexpected counts as no file.
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return document if complete else None


def refresh_urls(document: DemoDocument) -> DemoDocument:
    """Return the document with the current URLs, saved if they have changed."""
    fresh = {**document, **current_urls()}
    if fresh != document:
        write(fresh)
    return fresh


def find_outdated(document: DemoDocument) -> list[str]:
    """Return which credentials no longer work, as sentences: passwords change, users and clients are
    deleted."""
    found = [
        f"{document[account]['email']}: no such user, or the password was changed."
        for account in ACCOUNTS
        if not _signs_in(**document[account])
    ]
    client = Client.objects.filter(client_id=document["client"]["client_id"], is_revoked=False).first()
    if client is None or not client.has_secret(document["client"]["client_secret"]):
        found.append("The API client: no such client, or its secret was changed.")
    return found


def _signs_in(email: str, password: str, **_: Any) -> bool:
    # Any connection may hold the email, so each account is tried.
    accounts = User.accounts.by_email(email).without_documents()
    return any(account.check_password(password) for account in accounts)
