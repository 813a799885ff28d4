"""Create or update the user of one import record.

Source: Auth0 docs, "Bulk User Imports": without upsert an existing user is an error; with it, a match on
the email updates the fields that may be updated, and documents are replaced as a whole.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from users.actions.account.create_user import create_user
from users.actions.account.documents import Replace, version_of
from users.actions.account.draft import lock_user
from users.actions.account.edit_user import Edit, edit_user
from users.import_export.errors import DuplicateRecord
from users.import_export.record_schema import IDENTIFIERS, Record, to_record
from users.metadata.documents import DOCUMENTS, Document
from users.models import Change, Connection, User
from users.representation.defaults import default_name, default_nickname, default_picture
from users.representation.fields import FIELDS
from users.rights.actor import Actor
from users.rights.protected_accounts import check_unprotected


class Outcome(StrEnum):
    """What became of a record. Source: recorded summaries of imports."""

    FAILED = "failed"
    UPDATED = "updated"
    INSERTED = "inserted"


def import_record(value: Document, connection: Connection, *, actor: Actor, is_upsert: bool) -> Outcome:
    """Create the user of this record or, with upsert, update the user with the same email.

    Runs in the caller's transaction. Raises one of `record_errors.RECORD_ERRORS`.
    """
    record = to_record(value, connection)
    account = _find_existing(connection, record) if is_upsert else None
    if account is None:
        create_user(
            connection,
            actor=actor,
            profile=_without_defaults(record, _user_id(record, connection)),
            user_metadata=record.user_metadata,
            app_metadata=record.app_metadata,
            bare_id=record.bare_id,
        )
        return Outcome.INSERTED
    # Duplicates within one file are errors at Auth0, never a creation followed by an upsert.
    if _is_written_by(actor, account):
        raise DuplicateRecord
    _overwrite(account, record, actor)
    return Outcome.UPDATED


def _find_existing(connection: Connection, record: Record) -> User | None:
    """Find the user by email; for a record without an email, by id."""
    users = User.objects.filter(connection=connection)
    if "email" in record.profile:
        return users.by_email(record.profile["email"]).first()
    return users.filter(user_id=_user_id(record, connection)).first() if record.bare_id else None


def _user_id(record: Record, connection: Connection) -> str:
    return f"{connection.strategy}|{record.bare_id or ''}"


def _without_defaults(record: Record, user_id: str) -> dict[str, Any]:
    """Return the profile without values that equal the computed defaults.

    An export writes the defaults too; once stored they would no longer follow the email or username.
    """
    email, username, phone_number = (record.profile.get(name) for name in IDENTIFIERS)
    defaults = {
        "name": default_name(email, username, phone_number, user_id),
        "nickname": default_nickname(email, username, phone_number, user_id),
        "picture": default_picture(email),
    }
    return {
        name: None if name in defaults and value == defaults[name] else value
        for name, value in record.profile.items()
    }


def _is_written_by(actor: Actor, account: User) -> bool:
    """Whether an earlier record of this same import has written the user."""
    # Two records for one user would otherwise silently leave only the later one's values.
    return Change.objects.filter(subject=account.user_id, user=account, request_id=actor.request_id).exists()


def _overwrite(account: User, record: Record, actor: Actor) -> None:
    # Locked, so that the versions read below are still current at the edit.
    account = lock_user(account)
    # An import must not be a way around the protection of staff accounts.
    check_unprotected(actor, account)
    given = _without_defaults(record, account.user_id)
    profile: dict[str, Any] = {name: value for name, value in given.items() if FIELDS[name].is_upsertable}
    documents = {name: getattr(record, name) for name in DOCUMENTS}
    # Replaced and not merged, as documented of Auth0; a document that the record lacks stays.
    writes = {
        name: Replace(value, opened_version=version_of(account, name))
        for name, value in documents.items()
        if value is not None
    }
    edit_user(account, Edit(profile=profile, documents=writes), actor=actor)
