"""Fill a database with the demo data."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from users.actions.account.assign_staff_groups import set_staff_groups
from users.actions.account.create_user import create_user
from users.actions.search_setup.segments import SegmentData, create_segment
from users.import_export.import_without_job import create_users_from_file
from users.management.clients import create_api_client
from users.management.demo import demo_file, past
from users.management.demo.jane import furnish_jane
from users.management.demo.user_records import write_import_file
from users.models import DEFAULT_CONNECTION, Connection, User
from users.rights.actor import Face, command_actor
from users.tokens.scopes import MACHINE_SCOPES

COMMAND = "seed_demo"
# Without characters that look alike, since these passwords are read from a screen.
PASSWORD_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # noqa: S105
PASSWORD_LENGTH = 16
ADMIN, AGENT, JANE = "admin@example.com", "agent@example.com", "jane.doe@example.com"


SEGMENTS = {
    "Paying": "app_metadata.plan:(pro OR full)",
    "Unverified": "email_verified:false",
    "Blocked": "blocked:true",
    "Never signed in": "NOT _exists_:last_login",
}


class AlreadySeeded(RuntimeError):
    """A demo account exists, so this database has been filled before. `email` is its email."""

    def __init__(self, email: str) -> None:
        self.email = email
        super().__init__(f"{email} is already there")


def seed(count: int, *, on_record: Callable[[int], None] = lambda number: None) -> demo_file.DemoDocument:
    """Create `count` users and the demo accounts; write and return the demo's document.

    All or nothing: a failure leaves neither users nor a new file. Raises AlreadySeeded, or TransferError
    where one of the generated users exists.
    """
    with transaction.atomic():
        connection = Connection.objects.get(name=DEFAULT_CONNECTION)
        # Checked first: a failure after a thousand users would cost time and explain less.
        for email in (ADMIN, AGENT, JANE):
            if User.accounts.by_email(email).filter(connection=connection).exists():
                raise AlreadySeeded(email)
        _import_users(connection, count, on_record)
        document = {
            **demo_file.current_urls(),
            **_create_accounts(connection),
            "client": _create_demo_client(),
        }
        _create_segments()
        jane, agent = (User.objects.by_email(email).get(connection=connection) for email in (JANE, AGENT))
        furnish_jane(jane, agent=agent, actor=command_actor(COMMAND))
        # Inside the transaction: without the file, the generated passwords would be lost.
        demo_file.write(document)
    return document


def _import_users(connection: Connection, count: int, on_record: Callable[[int], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.json"
        write_import_file(path, count)
        actor = command_actor(COMMAND, face=Face.IMPORT)
        create_users_from_file(path, connection, actor=actor, on_record=on_record)
    past.add_past(User.accounts.filter(connection=connection).order_by("pk").iterator())


def _create_accounts(connection: Connection) -> dict[str, dict[str, str]]:
    return {
        "admin": _create_account(connection, ADMIN, "Administrator", profile={"name": "Ada Administrator"}),
        "agent": _create_account(connection, AGENT, "Support lead", profile={"name": "Alex Agent"}),
        "user": _create_account(
            connection,
            JANE,
            profile={"name": "Jane Doe", "given_name": "Jane", "family_name": "Doe"},
            user_metadata={"hobby": "surfing"},
            app_metadata={"plan": "full"},
        ),
    }


def _create_account(
    connection: Connection, email: str, *groups: str, profile: dict[str, Any], **documents: Any
) -> dict[str, str]:
    # Random per installation: known default passwords are how demos get broken into.
    password = "".join(secrets.choice(PASSWORD_ALPHABET) for _ in range(PASSWORD_LENGTH))
    actor = command_actor(COMMAND)
    user = create_user(
        connection,
        actor=actor,
        profile={"email": email, "email_verified": True, **profile},
        password=password,
        **documents,
    )
    if groups:
        set_staff_groups(user, Group.objects.filter(name__in=groups), actor=actor)
    return {"email": email, "password": password}


def _create_segments() -> None:
    """Searches that a support team uses daily, as tabs of the list of users."""
    for name, query in SEGMENTS.items():
        create_segment(SegmentData(name, query, is_shared=True), actor=command_actor(COMMAND))


def _create_demo_client() -> dict[str, str]:
    client, secret = create_api_client("Demo", list(MACHINE_SCOPES), actor=command_actor(COMMAND))
    assert secret, "only public clients have none"
    return {"client_id": client.client_id, "client_secret": secret}
