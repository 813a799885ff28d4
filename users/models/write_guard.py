"""Accounts are written by `users.actions` and by nothing else, libraries included; and the record
of changes is only ever added to.

A test walks our code, and this catches what no test of ours can see: a library that calls
`user.save()` in some corner. The import contracts let only `users.actions` open the doors.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_account_writes_allowed = ContextVar("account_writes_open", default=False)
_history_deletion_allowed = ContextVar("forgetting_open", default=False)


class AccountWriteRefused(RuntimeError):
    """Something tried to write an account past the one write path."""


@contextmanager
def allow_account_writes() -> Iterator[None]:
    """While open, accounts may be saved."""
    token = _account_writes_allowed.set(True)
    try:
        yield
    finally:
        _account_writes_allowed.reset(token)


def check_account_writes() -> None:
    """Raises AccountWriteRefused unless the door is open."""
    if not _account_writes_allowed.get():
        raise AccountWriteRefused("accounts are written by users.actions only")


class HistoryIsImmutable(RuntimeError):
    """Something tried to change the record of changes, or to delete from it."""

    def __init__(self) -> None:
        super().__init__("lines of the record of changes are added, never changed or deleted")


@contextmanager
def allow_history_deletion() -> Iterator[None]:
    """While open, lines of the record may be deleted: because of their age, or because a person
    who is no more is to be forgotten."""
    token = _history_deletion_allowed.set(True)
    try:
        yield
    finally:
        _history_deletion_allowed.reset(token)


def check_history_deletion() -> None:
    """Raises RecordIsFinal unless the door is open."""
    if not _history_deletion_allowed.get():
        raise HistoryIsImmutable
