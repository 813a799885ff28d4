"""Guards at run time: users are written by `users.actions` only, and the record of changes is append-only.

A test checks our own code; this catches what no test can see: a library that calls `user.save()`. The
import contracts let only `users.actions` lift the guards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Context variables: a permission given to one thread or task must not leak into another.
_account_writes_allowed = ContextVar("account_writes_open", default=False)
_history_deletion_allowed = ContextVar("forgetting_open", default=False)


class AccountWriteRefused(RuntimeError):
    """Code tried to write a user outside `users.actions`."""


@contextmanager
def allow_account_writes() -> Iterator[None]:
    """Within the block, users may be saved."""
    token = _account_writes_allowed.set(True)
    try:
        yield
    finally:
        _account_writes_allowed.reset(token)


def check_account_writes() -> None:
    """Raises AccountWriteRefused outside `allow_account_writes`."""
    if not _account_writes_allowed.get():
        raise AccountWriteRefused("accounts are written by users.actions only")


class HistoryIsImmutable(RuntimeError):
    """Code tried to update the record of changes, or to delete from it."""

    def __init__(self) -> None:
        super().__init__("lines of the record of changes are added, never changed or deleted")


@contextmanager
def allow_history_deletion() -> Iterator[None]:
    """Within the block, lines of the record may be deleted: by retention, or to erase the history of a
    deleted user."""
    token = _history_deletion_allowed.set(True)
    try:
        yield
    finally:
        _history_deletion_allowed.reset(token)


def check_history_deletion() -> None:
    """Raises HistoryIsImmutable outside `allow_history_deletion`."""
    if not _history_deletion_allowed.get():
        raise HistoryIsImmutable
