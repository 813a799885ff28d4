"""What is an outage, by class and code alone, and how it is reported."""

from __future__ import annotations

import errno
import logging
import smtplib
import socket
import sqlite3
import threading

import psycopg
import pytest
from django.core.mail import EmailMessage
from django.db import utils
from redis import exceptions as redis

from users.availability import report
from users.availability.outage import Kind, is_statement_stopped, outage_of
from users.availability.smtp import EmailBackend

MAIL = EmailMessage("Subject", "Text", "desk@example.com", ["jane.doe@example.com"])


def of_postgresql(code: str) -> Exception:
    return psycopg.errors.lookup(code)("in some language")


def of_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("in some words")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *(
            (code, Kind.DATABASE_UNAVAILABLE)
            for code in ("08006", "08P01", "28P01", "53200", "53300", "58030")
        ),
        *(
            (code, Kind.DATABASE_UNAVAILABLE)
            for code in ("57P01", "57P02", "57P03", "57P04", "57P05", "25P03")
        ),
        *((code, Kind.READ_ONLY) for code in ("25006", "53100")),
        *((code, Kind.BUSY) for code in ("40001", "40P01", "55P03", "57014")),
    ],
)
def test_codes_of_postgresql_that_mean_an_outage(code, kind):
    assert outage_of(of_postgresql(code)).kind is kind


@pytest.mark.parametrize(
    "code", ["23505", "23503", "22P02", "22021", "42P01", "42601", "42501", "25P02", "XX000"]
)
def test_codes_of_postgresql_that_are_faults_of_ours(code):
    assert outage_of(of_postgresql(code)) is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY, Kind.BUSY),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, Kind.BUSY),
        (sqlite3.SQLITE_LOCKED_SHAREDCACHE, Kind.BUSY),
        (sqlite3.SQLITE_CANTOPEN, Kind.DATABASE_UNAVAILABLE),
        (sqlite3.SQLITE_IOERR_WRITE, Kind.DATABASE_UNAVAILABLE),
        (sqlite3.SQLITE_FULL, Kind.READ_ONLY),
        (sqlite3.SQLITE_READONLY_DBMOVED, Kind.READ_ONLY),
        (sqlite3.SQLITE_ERROR, None),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, None),
        (sqlite3.SQLITE_CORRUPT, None),
    ],
)
def test_codes_of_sqlite(code, kind):
    outage = outage_of(of_sqlite(code))

    assert (outage and outage.kind) is kind


def test_words_decide_nothing():
    for words in ("database is locked", "connection refused", "deadlock detected", "statement timeout"):
        assert outage_of(utils.OperationalError(words)) is None
        assert outage_of(RuntimeError(words)) is None


def test_a_connection_that_cannot_be_made_carries_no_code_and_is_an_outage():
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect("host=/nowhere/at/all")

    assert outage_of(caught.value).kind is Kind.DATABASE_UNAVAILABLE


def test_what_an_outage_brings_about_is_an_outage():
    explicit, during = LookupError(), utils.InterfaceError("the rollback failed, too")
    explicit.__cause__ = during.__context__ = of_postgresql("57P01")

    assert outage_of(explicit).kind is Kind.DATABASE_UNAVAILABLE
    assert outage_of(during).kind is Kind.DATABASE_UNAVAILABLE


def test_a_fault_of_ours_while_an_outage_is_dealt_with_stays_one():
    slip = KeyError()
    slip.__context__ = of_postgresql("57P01")

    assert outage_of(slip) is None
    assert outage_of(None) is None


def test_a_statement_whose_time_is_up_is_told_from_others():
    assert is_statement_stopped(of_postgresql("57014"))
    assert is_statement_stopped(of_sqlite(sqlite3.SQLITE_INTERRUPT))
    assert not is_statement_stopped(of_postgresql("55P03"))
    assert not is_statement_stopped(of_sqlite(sqlite3.SQLITE_BUSY))


@pytest.mark.parametrize("error", [redis.ConnectionError(), redis.TimeoutError(), redis.ReadOnlyError()])
def test_redis(error):
    assert outage_of(error).kind is Kind.REDIS_UNAVAILABLE


def test_a_full_disk_and_other_errors_of_files():
    assert outage_of(OSError(errno.ENOSPC, "full")).kind is Kind.DISK_FULL
    assert outage_of(FileNotFoundError(errno.ENOENT, "none")) is None
    assert outage_of(ConnectionResetError(errno.ECONNRESET, "gone")) is None


# Mail


def closed_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def mail_server():
    """`mail_server({"RCPT": "550 No"})`: a port where that is answered, and all else taken."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve(answers: dict[str, str]) -> int:
        threading.Thread(target=_speak, args=(listening, answers), daemon=True).start()
        return listening.getsockname()[1]

    yield serve
    listening.close()


def _speak(listening: socket.socket, answers: dict[str, str]) -> None:
    caller, _ = listening.accept()
    with caller, caller.makefile("rb") as lines:
        caller.sendall(b"220 Welcome\r\n")
        for line in lines:
            answer = answers.get(line[:4].decode().upper(), "250 Yes")
            caller.sendall(f"{answer}\r\n".encode())


def send(port: int) -> None:
    EmailBackend(host="127.0.0.1", port=port, timeout=5).send_messages([MAIL])


def test_a_mail_server_that_cannot_be_reached_is_away():
    with pytest.raises(smtplib.SMTPException) as caught:
        send(closed_port())

    assert outage_of(caught.value).kind is Kind.MAIL_UNAVAILABLE


@pytest.mark.parametrize(
    ("answers", "is_away"),
    [
        ({"RCPT": "450 Try again"}, True),
        ({"MAIL": "421 Closing"}, True),
        ({"RCPT": "550 No such mailbox"}, False),
        ({"DATA": "554 Spam"}, False),
    ],
)
def test_a_mail_that_is_refused_for_good_is_no_outage(mail_server, answers, is_away):
    with pytest.raises(smtplib.SMTPException) as caught:
        send(mail_server(answers))

    assert (outage_of(caught.value) is not None) is is_away


def test_connecting_alone_says_so_too():
    with pytest.raises(smtplib.SMTPException) as caught:
        EmailBackend(host="127.0.0.1", port=closed_port(), timeout=5).open()

    assert outage_of(caught.value).kind is Kind.MAIL_UNAVAILABLE


# Reports


@pytest.fixture
def clock(monkeypatch):
    """`clock(5)`: five seconds later."""
    now = [1000.0]
    monkeypatch.setattr("users.availability.report.time.monotonic", lambda: now[0])

    def later(seconds: float) -> None:
        now[0] += seconds

    return later


def test_a_line_now_and_then_says_how_many_were_left_out(clock, caplog):
    outage = outage_of(of_postgresql("57P01"))
    for _ in range(5):
        report.report(outage)
    clock(report.QUIET_SECONDS)
    report.report(outage)

    assert [record.getMessage() for record in caplog.records] == [
        "database_unavailable: in some language",
        "database_unavailable: in some language (4 more since the last line)",
    ]


def test_each_kind_has_its_own_line_and_only_being_busy_is_a_warning(clock, caplog):
    for code in ("57P01", "40P01"):
        report.report(outage_of(of_postgresql(code)))

    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.WARNING]
    assert report.was_seen(Kind.BUSY, within=1)
    assert not report.was_seen(Kind.READ_ONLY, within=1)
    clock(2)
    assert not report.was_seen(Kind.BUSY, within=1)


def test_other_failures_keep_their_stack_trace(caplog):
    for error in (RuntimeError("a fault"), of_postgresql("57P01")):
        try:
            raise error
        except Exception:
            report.log_failure(logging.getLogger("tests"), "it broke")

    broke, away = caplog.records
    assert (broke.getMessage(), bool(broke.exc_info)) == ("it broke", True)
    assert (away.getMessage(), bool(away.exc_info)) == ("database_unavailable: in some language", False)
