"""What the system does not permit to the processes of rules is said at the start."""

from __future__ import annotations

from config import gunicorn
from users.rules import checks


def test_nothing_is_said_where_everything_is_permitted(monkeypatch):
    monkeypatch.setattr(checks, "find_unprotected", lambda: ())

    assert checks.check_protections() == []


def test_what_is_missing_is_named_and_no_error(monkeypatch):
    monkeypatch.setattr(checks, "find_unprotected", lambda: ("a filter of system calls (seccomp)",))

    [message] = checks.check_protections()

    assert "go without a filter of system calls (seccomp)" in message.msg
    assert not message.is_serious()


def test_the_server_logs_what_is_missing(monkeypatch, caplog):
    monkeypatch.setattr(gunicorn, "find_unprotected", lambda: ("separation from the network",))

    gunicorn.when_ready(None)

    assert "go without separation from the network: this system does not permit it" in caplog.text
