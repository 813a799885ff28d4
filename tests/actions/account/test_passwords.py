"""Giving an account a password, and noting that somebody signed in with one."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.contrib.auth.hashers import identify_hasher

from tests.conftest import again
from users.actions.account.create_user import create_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.record_sign_in import record_sign_in, rehash_password
from users.actions.errors import NotSupported, WeakPassword
from users.history.daily_counts import daily_totals
from users.models import Change, Connection
from users.rights.actor import command_actor, owner_actor

SHELL = command_actor("tests")
OLD = "correct horse battery"
NEW = "a quite new password"


def test_a_new_password_replaces_the_old_and_ends_sessions(jane):
    edit_user(jane, Edit(password=NEW), actor=owner_actor(jane))

    now = again(jane)
    assert now.check_password(NEW)
    assert not now.check_password(OLD)
    assert now.last_password_reset == now.updated_at
    assert now.get_session_auth_hash() != jane.get_session_auth_hash()


@pytest.mark.parametrize("password", ["", "short", "password123", "12345678901", "jane.doe@example.com"])
def test_a_weak_password_is_refused_with_reasons(jane, password):
    with pytest.raises(WeakPassword) as caught:
        edit_user(jane, Edit(password=password), actor=owner_actor(jane))

    assert all(message.endswith(".") for message in caught.value.messages)
    assert again(jane).check_password(OLD)


def test_an_account_of_another_kind_of_connection_has_no_password(jane):
    Connection.objects.update(strategy="samlp")

    with pytest.raises(NotSupported, match="Cannot update password for non-database user"):
        edit_user(jane, Edit(password=NEW), actor=SHELL)


def test_no_password_and_no_hash_ever_stands_in_the_record(connection):
    ada = create_user(connection, actor=SHELL, profile={"email": "ada@example.com"}, password=OLD)
    edited = edit_user(ada, Edit(password=NEW), actor=SHELL)

    change = Change.objects.first()
    rows = json.dumps(list(Change.objects.values()), default=str)
    assert (change.what, change.keys) == ("password", {})
    assert not any(secret in rows for secret in (OLD, NEW, ada.password, edited.password))


def test_a_sign_in_is_counted_and_raises_no_version(jane, watching):
    with watching() as written:
        record_sign_in(jane, ip="192.0.2.7")
        record_sign_in(jane, ip="2001:db8::7")

    now = again(jane)
    assert written.columns == {"logins_count", "last_login", "updated_at", "last_ip"}
    assert (now.logins_count, now.last_ip, now.last_login) == (2, "2001:db8::7", now.updated_at)
    assert (now.version, now.user_metadata_version, now.app_metadata_version) == (1, 1, 1)
    assert now.changes.count() == 1  # its creation


def test_a_sign_in_is_counted_for_a_blocked_account_too(make_user):
    user = make_user("blocked", blocked=True)

    record_sign_in(user, ip=None)

    assert again(user).logins_count == 1
    assert daily_totals(date.max).total["logins"] == 0  # they are not in


def test_sign_ins_are_counted_by_the_day(jane, stranger, monkeypatch):
    for day, user in ((3, jane), (4, jane), (4, stranger)):
        noon = datetime(2026, 3, day, 12, tzinfo=UTC)
        monkeypatch.setattr("users.actions.account.record_sign_in.timezone.now", lambda at=noon: at)
        record_sign_in(user, ip=None)

    march = daily_totals(date(2026, 3, 1)).days
    assert [march[date(2026, 3, day)]["logins"] for day in (3, 4, 5)] == [1, 2, 0]


def test_the_day_is_that_of_utc(jane, monkeypatch):
    late = datetime(2026, 3, 4, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    monkeypatch.setattr("users.actions.account.record_sign_in.timezone.now", lambda: late)

    record_sign_in(jane, ip=None)

    assert daily_totals(date(2026, 3, 1)).days[date(2026, 3, 5)]["logins"] == 1


@pytest.fixture
def outdated(settings, jane):
    """Jane, with a hash of yesterday's hasher."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    assert identify_hasher(jane.password).algorithm == "md5"
    return jane


def test_an_outdated_hash_is_renewed_without_a_trace(outdated, watching):
    with watching() as written:
        rehash_password(outdated, OLD)

    now = again(outdated)
    assert written.columns == {"password"}
    assert identify_hasher(now.password).algorithm == "pbkdf2_sha256"
    assert now.check_password(OLD)
    assert (now.version, now.changes.count()) == (1, 1)


def test_renewing_a_hash_never_brings_back_a_password_changed_meanwhile(outdated):
    signing_in = again(outdated)
    edit_user(outdated, Edit(password=NEW), actor=owner_actor(outdated))

    rehash_password(signing_in, OLD)

    assert again(outdated).check_password(NEW)
