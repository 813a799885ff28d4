"""Create or update the user of one import record.

Source: Auth0 docs, "Bulk User Imports": without upsert an existing user is an error; with it, a match on
the email updates the fields that may be updated, and documents are replaced as a whole. That documents may
be merged instead is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from users.actions.account.create_user import create_user
from users.actions.account.documents import Patch, Replace, Write, version_of
from users.actions.account.draft import lock_user
from users.actions.account.edit_user import Edit, edit_user
from users.import_export.errors import DuplicateRecord
from users.import_export.record_schema import IDENTIFIERS, Record, to_record
from users.metadata.documents import DOCUMENTS, Document
from users.models import Change, Connection, User
from users.representation.defaults import default_name, default_nickname, default_picture
from users.representation.fields import FIELDS
from users.representation.validation import FieldError
from users.rights.actor import Actor
from users.rights.may import Verb, may
from users.rights.protected_accounts import check_unprotected

# An address is verified by a mail, and a block is an action of its own: staff import neither.
TRUSTED_FIELDS = frozenset({"email_verified", "phone_verified", "blocked"})


class Outcome(StrEnum):
    """What became of a record. Source: recorded summaries of imports."""

    FAILED = "failed"
    UPDATED = "updated"
    INSERTED = "inserted"


class Existing(StrEnum):
    """What an import does with a record whose user exists: refuse it, merge the documents into those of the
    user, or replace the user's documents. The two latter are Auth0's `upsert`, which replaces."""

    REFUSE = "refuse"
    MERGE = "merge"
    REPLACE = "replace"


@dataclass(frozen=True)
class Imported:
    """The user that a record was written to, and whether it was created."""

    outcome: Outcome
    user: User


def import_record(value: Document, connection: Connection, *, actor: Actor, existing: Existing) -> Imported:
    """Create the user of this record or, where `existing` permits, update the user with the same email.

    Runs in the caller's transaction. Raises one of `record_errors.RECORD_ERRORS`.
    """
    record = to_record(value, connection)
    _check_trusted_fields(record, actor)
    account = None if existing == Existing.REFUSE else _find_existing(connection, record)
    if account is None:
        user = create_user(
            connection,
            actor=actor,
            profile=_without_defaults(record, _user_id(record, connection)),
            user_metadata=record.user_metadata,
            app_metadata=record.app_metadata,
            bare_id=record.bare_id,
        )
        return Imported(Outcome.INSERTED, user)
    # Duplicates within one file are errors at Auth0, never a creation followed by an upsert.
    if _is_written_by(actor, account):
        raise DuplicateRecord
    return Imported(Outcome.UPDATED, _edit_existing(account, record, existing, actor))


def _check_trusted_fields(record: Record, actor: Actor) -> None:
    """Refuse a field by which a file would vouch for a user, unless the actor may. Raises FieldError."""
    # False is what a new user has, and what an export writes.
    given = sorted(name for name in TRUSTED_FIELDS if record.profile.get(name))
    if given and not may(actor, Verb.IMPORT_CREDENTIALS):
        raise FieldError(given[0], "only administrators may import it; remove it")


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


def _edit_existing(account: User, record: Record, existing: Existing, actor: Actor) -> User:
    # Locked, so that the versions read below are still current at the edit.
    account = lock_user(account)
    # An import must not be a way around the protection of staff accounts.
    check_unprotected(actor, account)
    given = _without_defaults(record, account.user_id)
    profile: dict[str, Any] = {name: value for name, value in given.items() if FIELDS[name].is_upsertable}
    documents = {name: getattr(record, name) for name in DOCUMENTS}
    # A document that the record lacks stays.
    writes: dict[str, Write] = {
        name: Patch(value)
        if existing == Existing.MERGE
        else Replace(value, opened_version=version_of(account, name))
        for name, value in documents.items()
        if value is not None
    }
    return edit_user(account, Edit(profile=profile, documents=writes), actor=actor)
