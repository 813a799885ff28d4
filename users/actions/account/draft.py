"""A user being edited: the locked row, with the changes collected so far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from users.actions.account.security_notices import SecurityFacts, request_notices
from users.actions.errors import DuplicateField, StaleVersion, UserNotFound
from users.history.record import build_change, save_changes
from users.metadata.diff import Diff
from users.models import Change, User
from users.models.compiled_lookup import locked_by_pk, locked_by_user_id
from users.models.write_guard import allow_account_writes
from users.rights.actor import Actor


class Draft:
    """Collects changes to one locked row and saves them at once.

    `primary` is the user whose rights are checked: the user itself, or the primary user of a linked
    account, since signing in with a linked account signs in to its primary.
    """

    def __init__(self, user: User, actor: Actor, reason: str, *, primary: User | None = None) -> None:
        self.user = user
        self.primary = primary or user
        self.actor = actor
        # Strictly later than the previous change, even if the clocks of several servers differ: the record is
        # read in the order of time.
        self.at = max(timezone.now(), user.updated_at + timedelta(microseconds=1))
        self.reason = reason
        # Columns of the record that name what is being reversed: `undoes` or `restores`.
        self.reversal: dict[str, Any] = {}
        self._before = SecurityFacts.of(user)
        self._columns: set[str] = set()
        self._changes: list[Change] = []

    def set(self, **columns: Any) -> None:
        """Assign columns, to be saved with the rest."""
        for name, value in columns.items():
            setattr(self.user, name, value)
        self._columns |= columns.keys()

    def end_access(self) -> None:
        """End every session and refuse every token issued so far, from the next request."""
        self.set(session_epoch=self.user.session_epoch + 1, tokens_valid_from=self.at)

    def note(self, what: Change.What, keys: Diff, *, was_missing: bool = False) -> None:
        """Collect a line for the record of changes."""
        common = {"actor": self.actor, "at": self.at, "reason": self.reason, **self.reversal}
        self._changes.append(build_change(self.user, what, keys, was_missing=was_missing, **common))

    def save(self) -> None:
        """Write the changed columns and the record. Does nothing where nothing changed."""
        if not self._columns:
            return
        self.set(version=self.user.version + 1, updated_at=self.at)
        # A savepoint costs two round trips; only a change of these columns can violate a unique constraint.
        with report_duplicates() if self._columns & {"email", "username"} else nullcontext():
            self.user.save_columns(self._columns)
        # After the row: a refused write must leave no line in the record.
        save_changes(self._changes)
        # In this transaction, so that no notice is sent for a change that is rolled back (transactional
        # outbox).
        request_notices(self._before, self.user, actor=self.actor, at=self.at)


@contextmanager
def open_draft(account: User | str, actor: Actor, *, reason: str = "") -> Iterator[Draft]:
    """Lock the user, yield a fresh draft, and save it at the end of the block; an exception discards all
    of it.

    `account` may be a `user_id`, which saves the query that would read the user before it is locked.
    Raises UserNotFound where it has been deleted.
    """
    with transaction.atomic(), allow_account_writes():
        draft = Draft(lock_user(account), actor, reason)
        yield draft
        draft.save()


def lock_user(account: User | str) -> User:
    """The current row, locked against other writers until the transaction ends. Raises UserNotFound.

    PostgreSQL locks the row; on SQLite the transaction took the write lock when it began.
    """
    found = locked_by_user_id.one(account) if isinstance(account, str) else locked_by_pk.one(account.pk)
    if found is None:
        raise UserNotFound
    return found


def check_version(user: User, expected: frozenset[int] | None) -> None:
    """Raises StaleVersion unless the locked row has one of the expected versions (`If-Match`)."""
    if expected is not None and user.version not in expected:
        raise StaleVersion


@contextmanager
def report_duplicates() -> Iterator[None]:
    """Turn a violated unique constraint into DuplicateField. The constraint decides, not a query
    beforehand, which would lose the race between two requests."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        field = _duplicate_field(error)
        if field is None:
            raise
        raise DuplicateField(field) from None


def _duplicate_field(error: IntegrityError) -> str | None:
    """The field of a violated constraint: by the constraint's name on PostgreSQL, by the columns on
    SQLite. Never by the values in the message, which users choose."""
    facts = getattr(error.__cause__, "diag", None)
    text = facts.constraint_name or "" if facts else str(error)
    marks = {
        "email": ("user_email_once", "users_user.email_folded"),
        "username": ("user_username_once", "users_user.username_folded"),
        "user_id": ("users_user_user_id", "users_user.user_id"),
    }
    return next((field for field, names in marks.items() if any(name in text for name in names)), None)
