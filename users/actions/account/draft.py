"""An account while it is being written: locked, with what has changed so far."""

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
    """Collects changes to one locked account and saves them at once.

    `primary` is whose rights decide: the account itself, or the primary one where it is linked,
    since by a linked account one signs in to the primary."""

    def __init__(self, user: User, actor: Actor, reason: str, *, primary: User | None = None) -> None:
        self.user = user
        self.primary = primary or user
        self.actor = actor
        # Each change has a moment of its own, later than the one before it whatever the clocks of
        # several machines say: the record is read by time.
        self.at = max(timezone.now(), user.updated_at + timedelta(microseconds=1))
        self.reason = reason
        # What the record says besides of whatever is changed here: `undoes` or `restores`.
        self.reversal: dict[str, Any] = {}
        self._before = SecurityFacts.of(user)
        self._columns: set[str] = set()
        self._changes: list[Change] = []

    def set(self, **columns: Any) -> None:
        """Give columns new values, to be saved with the rest."""
        for name, value in columns.items():
            setattr(self.user, name, value)
        self._columns |= columns.keys()

    def end_access(self) -> None:
        """End every session and refuse every token issued so far, from the next request."""
        self.set(session_epoch=self.user.session_epoch + 1, tokens_valid_from=self.at)

    def note(self, what: Change.What, keys: Diff, *, was_missing: bool = False) -> None:
        """Remember a line for the record of changes."""
        told = {"actor": self.actor, "at": self.at, "reason": self.reason, **self.reversal}
        self._changes.append(build_change(self.user, what, keys, was_missing=was_missing, **told))

    def save(self) -> None:
        """Write the touched columns and the record. Nothing changed, nothing written."""
        if not self._columns:
            return
        self.set(version=self.user.version + 1, updated_at=self.at)
        # A savepoint costs two round trips: only where the database may say "taken".
        with report_duplicates() if self._columns & {"email", "username"} else nullcontext():
            self.user.save_columns(self._columns)
        save_changes(self._changes)
        request_notices(self._before, self.user, actor=self.actor, at=self.at)


@contextmanager
def open_draft(account: User | str, actor: Actor, *, reason: str = "") -> Iterator[Draft]:
    """Lock the account, give a fresh draft of it, and save it at the end, or nothing at all.

    It may be named by its user_id, so that nobody need read it before it is locked.
    Raises UserGone where the account is no more.
    """
    with transaction.atomic(), allow_account_writes():
        draft = Draft(lock_user(account), actor, reason)
        yield draft
        draft.save()


def lock_user(account: User | str) -> User:
    """The row as it is now, held against other writers until the transaction ends.

    PostgreSQL locks the row; on SQLite the transaction began with the write lock.
    """
    found = locked_by_user_id.one(account) if isinstance(account, str) else locked_by_pk.one(account.pk)
    if found is None:
        raise UserNotFound
    return found


def check_version(user: User, expected: frozenset[int] | None) -> None:
    """Raises StaleVersion unless the locked row is at one of the expected versions."""
    if expected is not None and user.version not in expected:
        raise StaleVersion


@contextmanager
def report_duplicates() -> Iterator[None]:
    """Turn the database's word on uniqueness into Taken. The constraint is the judge, since
    a look beforehand would lose the race it is meant to prevent."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        field = _duplicate_field(error)
        if field is None:
            raise
        raise DuplicateField(field) from None


def _duplicate_field(error: IntegrityError) -> str | None:
    """By the constraint's name on PostgreSQL, by the columns' on SQLite; never by the values,
    which people choose."""
    facts = getattr(error.__cause__, "diag", None)
    text = facts.constraint_name or "" if facts else str(error)
    marks = {
        "email": ("user_email_once", "users_user.email_folded"),
        "username": ("user_username_once", "users_user.username_folded"),
        "user_id": ("users_user_user_id", "users_user.user_id"),
    }
    return next((field for field, names in marks.items() if any(name in text for name in names)), None)
