"""The counts of each day: right after every kind of write, folded, and recounted."""

from __future__ import annotations

import importlib
import io
import json
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.utils import timezone

from users.actions.account.block_user import block_user, unblock_user
from users.actions.account.delete_user import delete_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.identities import link, unlink
from users.actions.account.record_sign_in import record_sign_in
from users.history.daily_counts import daily_totals
from users.housekeeping.daily_counts import fold_increments, recount
from users.import_export.import_without_job import create_users_from_file
from users.log.record import log_event
from users.models import DailyCount, DailyIncrement, User, daily_count_triggers
from users.models.write_guard import allow_account_writes
from users.rights.actor import Face, command_actor

SHELL = command_actor("tests")


def totals() -> dict[str, int]:
    """The numbers of all days that are not 0."""
    return {name: number for name, number in daily_totals(date.max).total.items() if number}


def set_columns(user: User, **columns) -> None:
    with allow_account_writes():
        User.objects.filter(pk=user.pk).update(**columns)


def block(jane, stranger):
    block_user(jane, actor=SHELL)


def unblock(jane, stranger):
    block_user(jane, actor=SHELL)
    unblock_user(jane, actor=SHELL)


def verify(jane, stranger):
    edit_user(jane, Edit(profile={"email_verified": True}), actor=SHELL)


def sign_in(jane, stranger):
    record_sign_in(jane, ip=None)
    record_sign_in(jane, ip=None)


def sign_in_blocked(jane, stranger):
    block_user(jane, actor=SHELL)
    record_sign_in(User.objects.get(pk=jane.pk), ip=None)


def mistype(jane, stranger):
    log_event("fp", user=jane)
    log_event("fu", user_name="unknown@example.com")
    log_event("slo", user=jane)


def delete(jane, stranger):
    record_sign_in(jane, ip=None)
    delete_user(jane, actor=SHELL)


def link_both(jane, stranger):
    record_sign_in(stranger, ip=None)
    link(jane, stranger, actor=SHELL)


def link_and_unlink(jane, stranger):
    link_both(jane, stranger)
    unlink(User.objects.get(pk=jane.pk), "auth0", stranger.bare_id, actor=SHELL)


def delete_linked(jane, stranger):
    link_both(jane, stranger)
    delete_user(User.objects.get(pk=jane.pk), actor=SHELL)


def change_everything_at_once(jane, stranger):
    with allow_account_writes():
        User.objects.update(blocked=True, email_verified=True, last_login=timezone.now())


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        pytest.param(lambda *_: None, {"created": 2, "unverified": 2}, id="create"),
        (block, {"created": 2, "unverified": 2, "blocked": 1}),
        (unblock, {"created": 2, "unverified": 2}),
        (verify, {"created": 2, "unverified": 1}),
        (sign_in, {"created": 2, "unverified": 2, "logins": 2, "last_seen": 1}),
        (sign_in_blocked, {"created": 2, "unverified": 2, "blocked": 1, "failed_logins": 1, "last_seen": 1}),
        (mistype, {"created": 2, "unverified": 2, "failed_logins": 2}),
        # The sign-in happened, though its user is gone.
        (delete, {"created": 1, "unverified": 1, "logins": 1}),
        (link_both, {"created": 1, "unverified": 1, "logins": 1}),
        (link_and_unlink, {"created": 2, "unverified": 2, "logins": 1, "last_seen": 1}),
        (delete_linked, {"logins": 1}),
        (change_everything_at_once, {"created": 2, "blocked": 2, "last_seen": 2}),
    ],
)
def test_every_write_is_counted(jane, stranger, act, expected):
    act(jane, stranger)

    assert totals() == expected
    assert recount() == 0


def test_users_are_counted_on_the_utc_day_of_their_time_stamps(jane):
    set_columns(jane, created_at=datetime(2026, 3, 4, 23, 59, 59, 999999, UTC))
    set_columns(jane, last_login=datetime(2026, 3, 5, tzinfo=UTC))
    set_columns(jane, last_login=datetime(2026, 3, 6, 12, tzinfo=UTC))

    march = daily_totals(date(2026, 3, 1))

    assert +march.days[date(2026, 3, 4)] == {"created": 1, "unverified": 1}
    assert +march.days[date(2026, 3, 5)] == {}
    assert +march.days[date(2026, 3, 6)] == {"last_seen": 1}
    assert (
        march.between(date(2026, 3, 2), date(2026, 3, 4))["created"],
        march.since(date(2026, 3, 5))["created"],
    ) == (1, 0)
    # Days before the first are part of the total alone.
    assert daily_totals(date(2026, 3, 5)).total["created"] == 1
    assert daily_totals(date(2026, 3, 5)).since(date(2026, 3, 5))["created"] == 0


def test_an_import_is_counted(connection, tmp_path):
    path = tmp_path / "users.json"
    records = [
        {"email": "a@example.com", "blocked": True},
        {"email": "b@example.com", "email_verified": True},
    ]
    path.write_text(json.dumps(records), encoding="utf-8")

    create_users_from_file(path, connection, actor=command_actor("import", face=Face.IMPORT))

    assert totals() == {"created": 2, "blocked": 1, "unverified": 1}


def test_totals_cost_one_query(jane, django_assert_num_queries):
    with django_assert_num_queries(1):
        daily_totals(date(2026, 3, 1))


def test_increments_are_folded_into_their_days_and_nothing_changes(jane, stranger):
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    DailyCount.objects.create(date=noon.date(), logins=1, first_login=noon, latest_login=noon)
    morning, evening = noon.replace(hour=8), noon.replace(hour=20)
    for at in (morning, evening):
        DailyIncrement.objects.create(date=at.date(), logins=1, first_login=at, latest_login=at)
    DailyIncrement.objects.create(date=date(2026, 3, 5), created=-1)
    before = totals()

    assert fold_increments() >= 3

    assert not DailyIncrement.objects.exists()
    assert totals() == before
    day = DailyCount.objects.get(date=noon.date())
    assert (day.logins, day.first_login, day.latest_login) == (3, morning, evening)
    assert fold_increments() == 0


def test_recounting_corrects_what_is_wrong_and_leaves_sign_ins_that_the_log_forgot(jane, settings):
    settings.LOG_DAYS = 30
    record_sign_in(jane, ip=None)
    today = timezone.now().astimezone(UTC).date()
    fold_increments()
    DailyCount.objects.filter(date=today).update(created=7, blocked=3, last_seen=0)
    DailyCount.objects.create(date=date(2020, 1, 1), logins=50, created=5)

    output = io.StringIO()
    call_command("recount", stdout=output)

    assert output.getvalue() == "Corrected the counts of 2 days.\n"
    assert totals() == {"created": 1, "unverified": 1, "last_seen": 1, "logins": 51}
    assert recount() == 0


def test_sign_ins_are_recounted_where_the_log_is_complete(jane, settings):
    settings.LOG_DAYS = 0
    record_sign_in(jane, ip=None)
    fold_increments()
    DailyCount.objects.update(logins=9)

    recount()

    assert totals()["logins"] == 1


def test_the_migration_counts_what_there_is(jane, stranger):
    block_user(stranger, actor=SHELL)
    set_columns(jane, last_login=datetime(2026, 3, 5, tzinfo=UTC))
    log_event("fp", user=jane)
    expected = totals()
    DailyIncrement.objects.all().delete()
    DailyCount.objects.all().delete()
    with database.cursor() as cursor:
        columns = "date, logins, created_at, updated_at"
        at = "'2026-03-05 12:00:00+00'" if database.vendor == "postgresql" else "'2026-03-05 12:00:00'"
        cursor.execute(f"INSERT INTO users_day ({columns}) VALUES ('2026-03-05', 4, {at}, {at})")
        migration = importlib.import_module("users.migrations.0008_count_by_day")

        migration.count_so_far(
            None,
            SimpleNamespace(connection=database, execute=lambda statement, params: cursor.execute(statement)),
        )

    assert totals() == {**expected, "logins": 4}
    assert DailyCount.objects.get(date=date(2026, 3, 5)).first_login == datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.mark.skipif(database.vendor != "sqlite", reason="only SQLite copies tables to alter them")
def test_triggers_that_a_migration_lost_are_made_again_as_the_migration_made_them(make_user):
    def triggers():
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'users_count%'"
            )
            return {name: sql.replace(" IF NOT EXISTS", "") for name, sql in cursor.fetchall()}

    made = triggers()
    with database.cursor() as cursor:
        for name in made:
            cursor.execute(f"DROP TRIGGER {name}")

    daily_count_triggers.reinstall(database)

    assert triggers() == made
    assert len(made) == 5
