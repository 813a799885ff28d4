"""Accounts are written by `users.actions` and by nothing else, libraries included.

A test walks our code, and this catches what no test of ours can see: a library that calls
`user.save()` in some corner. The import contracts let only `users.actions` open the door.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_open = ContextVar("account_writes_open", default=False)


class AccountWriteRefused(RuntimeError):
    """Something tried to write an account past the one write path."""


@contextmanager
def account_writes() -> Iterator[None]:
    """While open, accounts may be saved."""
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


def check_account_writes() -> None:
    """Raises AccountWriteRefused unless the door is open."""
    if not _open.get():
        raise AccountWriteRefused("accounts are written by users.actions only")
