"""Recognize outages: exceptions which mean that a dependency is unavailable, overloaded or out of space.

Decided by exception class and error code, never by the text of a message, which differs by version and
language. Sources: PostgreSQL documentation, appendix A "PostgreSQL Error Codes"; SQLite documentation,
"Result and Error Codes". A constraint violation, a missing table and a syntax error are not outages: they
are our faults and stay a 500.
"""

from __future__ import annotations

import errno
import smtplib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import django.db
import psycopg
from django.utils.translation import gettext_lazy
from redis.exceptions import RedisError


class Kind(Enum):
    """Why a dependency is unavailable. The values are error codes of the Management API."""

    BUSY = "database_busy"
    DATABASE_UNAVAILABLE = "database_unavailable"
    READ_ONLY = "database_read_only"
    REDIS_UNAVAILABLE = "redis_unavailable"
    MAIL_UNAVAILABLE = "mail_unavailable"
    DISK_FULL = "disk_full"


# The message of the response, and its Retry-After in seconds.
_ADVICE = {
    Kind.BUSY: (gettext_lazy("The database is busy. Try again in a moment."), 1),
    Kind.DATABASE_UNAVAILABLE: (
        gettext_lazy("The database is not available. Try again in a few seconds."),
        5,
    ),
    Kind.READ_ONLY: (gettext_lazy("The database cannot store changes at the moment. Try again later."), 30),
    Kind.REDIS_UNAVAILABLE: (gettext_lazy("Redis is not available. Try again in a few seconds."), 5),
    Kind.MAIL_UNAVAILABLE: (gettext_lazy("The mail server is not available. Try again later."), 30),
    Kind.DISK_FULL: (gettext_lazy("The disk of this server is full. Try again later."), 30),
}


@dataclass(frozen=True)
class Outage:
    """A dependency that is unavailable. `reason` is the driver's message, for the server's log only."""

    kind: Kind
    reason: str

    @property
    def text(self) -> str:
        """The message of the response, which discloses nothing the driver said."""
        return str(_ADVICE[self.kind][0])

    @property
    def retry_after(self) -> int:
        """Seconds, for the header of that name."""
        return _ADVICE[self.kind][1]


class NotStored(django.db.OperationalError):
    """The database refused a write, and a library suppressed the driver's error."""


_QUERY_CANCELED = "57014"

# By the whole SQLSTATE, before its class is looked up.
_BY_SQLSTATE = {
    "25006": Kind.READ_ONLY,  # read_only_sql_transaction: a standby, or a primary that was demoted
    "25P03": Kind.DATABASE_UNAVAILABLE,  # idle_in_transaction_session_timeout ends the connection
    "25P04": Kind.BUSY,  # transaction_timeout
    "40001": Kind.BUSY,  # serialization_failure
    "40003": Kind.DATABASE_UNAVAILABLE,  # statement_completion_unknown
    "40P01": Kind.BUSY,  # deadlock_detected
    "53100": Kind.READ_ONLY,  # disk_full
    "55P03": Kind.BUSY,  # lock_not_available
    _QUERY_CANCELED: Kind.BUSY,  # by statement_timeout or by an administrator
    "57P01": Kind.DATABASE_UNAVAILABLE,  # admin_shutdown
    "57P02": Kind.DATABASE_UNAVAILABLE,  # crash_shutdown
    "57P03": Kind.DATABASE_UNAVAILABLE,  # cannot_connect_now
    "57P04": Kind.DATABASE_UNAVAILABLE,  # database_dropped
    "57P05": Kind.DATABASE_UNAVAILABLE,  # idle_session_timeout
}
_BY_SQLSTATE_CLASS = {
    "08": Kind.DATABASE_UNAVAILABLE,  # connection exception
    "28": Kind.DATABASE_UNAVAILABLE,  # invalid authorization: the password was rotated
    "53": Kind.DATABASE_UNAVAILABLE,  # insufficient resources, such as too many connections
    "58": Kind.DATABASE_UNAVAILABLE,  # system error, such as an input/output error
}
_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: Kind.BUSY,
    sqlite3.SQLITE_LOCKED: Kind.BUSY,
    sqlite3.SQLITE_PROTOCOL: Kind.BUSY,
    sqlite3.SQLITE_INTERRUPT: Kind.BUSY,
    sqlite3.SQLITE_NOMEM: Kind.DATABASE_UNAVAILABLE,
    sqlite3.SQLITE_IOERR: Kind.DATABASE_UNAVAILABLE,
    sqlite3.SQLITE_CANTOPEN: Kind.DATABASE_UNAVAILABLE,
    sqlite3.SQLITE_PERM: Kind.READ_ONLY,
    sqlite3.SQLITE_READONLY: Kind.READ_ONLY,
    sqlite3.SQLITE_FULL: Kind.READ_ONLY,
}
# An extended result code carries the primary one in its lowest byte.
_PRIMARY_CODE = 0xFF
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def outage_of(error: BaseException | None) -> Outage | None:
    """Return the outage that caused `error`; None where it has another cause."""
    for cause in _causes(error):
        kind = _kind_of(cause)
        if kind is not None:
            return Outage(kind, " ".join(str(cause).split()) or type(cause).__name__)
    return None


def is_statement_stopped(error: BaseException) -> bool:
    """Whether the database cancelled a statement: by a timeout, or on request."""
    return any(
        getattr(cause, "sqlstate", None) == _QUERY_CANCELED or _sqlite_code(cause) == sqlite3.SQLITE_INTERRUPT
        for cause in _causes(error)
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """`error`, then what it was raised from. A database error is followed to what it was raised
    *during* as well: once a connection broke, the rollback or the next query fails with an error
    that says less than the first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        is_database_error = isinstance(error, django.db.Error)
        during = error.__context__ if is_database_error and not error.__suppress_context__ else None
        error = error.__cause__ or during


def _kind_of(error: BaseException) -> Kind | None:
    if isinstance(error, psycopg.Error):
        return _postgresql(error)
    if isinstance(error, sqlite3.Error):
        code = _sqlite_code(error)
        return None if code is None else _BY_SQLITE_CODE.get(code)
    if isinstance(error, NotStored):
        return Kind.READ_ONLY
    if isinstance(error, RedisError):
        return Kind.REDIS_UNAVAILABLE
    if isinstance(error, smtplib.SMTPException):
        return None if _is_mail_refused(error) else Kind.MAIL_UNAVAILABLE
    if isinstance(error, OSError) and error.errno in _NO_SPACE:
        return Kind.DISK_FULL
    return None


def _postgresql(error: psycopg.Error) -> Kind | None:
    if error.sqlstate:
        return _BY_SQLSTATE.get(error.sqlstate) or _BY_SQLSTATE_CLASS.get(error.sqlstate[:2])
    # No code came from the server: the driver itself could not open or use the connection.
    is_connection = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return Kind.DATABASE_UNAVAILABLE if is_connection else None


def _is_mail_refused(error: smtplib.SMTPException) -> bool:
    """Whether the server works and refused this recipient or this text for good.

    Source: RFC 5321, section 4.2.1: a code of 5xx is permanent."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500


def _sqlite_code(error: BaseException) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & _PRIMARY_CODE
