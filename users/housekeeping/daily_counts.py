"""Fold increments into the counts of their days, and recount."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Max, Min, Sum

from users.conf import conf
from users.jobs.run import Run
from users.models import (
    DAILY_NUMBERS,
    FAILED_LOGIN_TYPES,
    LOGIN_TYPES,
    DailyIncrement,
    LogEvent,
)
from users.models.sql_compiler import select_statement

BATCH_SIZE = 5000
_DATES = {
    "sqlite": {
        "created": "substr(created_at, 1, 10)",
        "seen": "substr(last_login, 1, 10)",
        "at": "substr(at, 1, 10)",
    },
    "postgresql": {
        "created": "(created_at AT TIME ZONE 'UTC')::date",
        "seen": "(last_login AT TIME ZONE 'UTC')::date",
        "at": "(at AT TIME ZONE 'UTC')::date",
    },
}
# For each day what should be there, minus what is.
_CORRECTIONS = """
    INSERT INTO users_dailyincrement (date, logins, failed_logins, created, blocked, unverified, last_seen)
    SELECT date, sum(logins), sum(failed_logins), sum(created), sum(blocked), sum(unverified), sum(last_seen)
    FROM (
        SELECT {created} AS date, 0 AS logins, 0 AS failed_logins, 1 AS created,
            CASE WHEN blocked THEN 1 ELSE 0 END AS blocked,
            CASE WHEN email_verified THEN 0 ELSE 1 END AS unverified, 0 AS last_seen
        FROM users_user WHERE linked_to_id IS NULL
        UNION ALL
        SELECT {seen}, 0, 0, 0, 0, 0, 1 FROM users_user WHERE linked_to_id IS NULL AND last_login IS NOT NULL
        UNION ALL
        SELECT {at}, CASE WHEN type IN {logins} THEN 1 ELSE 0 END,
            CASE WHEN type IN {failed_logins} THEN 1 ELSE 0 END, 0, 0, 0, 0
        FROM users_logevent WHERE (type IN {logins} OR type IN {failed_logins}) AND {at} >= %(since)s
        UNION ALL
        SELECT date, CASE WHEN date >= %(since)s THEN -logins ELSE 0 END,
            CASE WHEN date >= %(since)s THEN -failed_logins ELSE 0 END,
            -created, -blocked, -unverified, -last_seen
        FROM users_dailycount
        UNION ALL
        SELECT date, CASE WHEN date >= %(since)s THEN -logins ELSE 0 END,
            CASE WHEN date >= %(since)s THEN -failed_logins ELSE 0 END,
            -created, -blocked, -unverified, -last_seen
        FROM users_dailyincrement
    ) AS numbers GROUP BY date
    HAVING sum(logins) <> 0 OR sum(failed_logins) <> 0 OR sum(created) <> 0 OR sum(blocked) <> 0
        OR sum(unverified) <> 0 OR sum(last_seen) <> 0
"""


# Other workers may insert the same days at the same moment.
_ADD_TO_DAYS = f"""
    INSERT INTO users_dailycount (date, {", ".join(DAILY_NUMBERS)}, first_login, latest_login) {{rows}}
    ON CONFLICT (date) DO UPDATE SET
        {", ".join(f"{name} = users_dailycount.{name} + excluded.{name}" for name in DAILY_NUMBERS)},
        first_login = CASE WHEN users_dailycount.first_login < excluded.first_login
            THEN users_dailycount.first_login
            ELSE COALESCE(excluded.first_login, users_dailycount.first_login) END,
        latest_login = CASE WHEN users_dailycount.latest_login > excluded.latest_login
            THEN users_dailycount.latest_login
            ELSE COALESCE(excluded.latest_login, users_dailycount.latest_login) END
"""  # names of columns only


def fold_in_steps(run: Run) -> dict[str, int]:
    """The job: fold all increments. Returns how many there were."""
    folded = BATCH_SIZE
    while folded == BATCH_SIZE:
        with run.step():
            folded = fold_increments()
            run.progress(run.done + folded)
    return {"folded": run.done}


def fold_increments() -> int:
    """Add up to BATCH_SIZE increments to the counts of their days. Returns how many.

    One that a transaction has not committed yet is invisible, and folded later: no number is lost, whatever
    the order in which transactions end.
    """
    with transaction.atomic():
        locked = DailyIncrement.objects.select_for_update(skip_locked=True).order_by("pk")
        keys = list(locked.values_list("pk", flat=True)[:BATCH_SIZE])
        if not keys:
            return 0
        batch = DailyIncrement.objects.filter(pk__in=keys)
        sums = {f"sum_of_{name}": Sum(name) for name in DAILY_NUMBERS}
        edges = {"first": Min("first_login"), "latest": Max("latest_login")}
        # In the order of dates, in which every worker locks the rows of days: no deadlocks.
        by_day = batch.values("date").annotate(**sums, **edges).order_by("date")
        rows, parameters = select_statement(by_day.values_list("date", *sums, *edges))
        with connection.cursor() as cursor:
            cursor.execute(_ADD_TO_DAYS.format(rows=rows), parameters)
        batch.delete()
    return len(keys)


def recount() -> int:
    """Compare the counts with the users and the log, and correct them. Returns how many days were wrong.

    Reads all users and the whole log. Sign-ins are recounted as far back as the log is complete; those of
    earlier days stay as they are.
    """
    statement = _CORRECTIONS.format(
        **_DATES[connection.vendor], logins=LOGIN_TYPES, failed_logins=FAILED_LOGIN_TYPES
    )
    # One statement sees one state of all tables: a sign-in meanwhile is counted by its trigger, and folding
    # moves numbers from one table to the other without changing their sum.
    with connection.cursor() as cursor:
        cursor.execute(statement, {"since": _log_begins()})
        corrected: int = cursor.rowcount
    while fold_increments():
        pass
    return corrected


def _log_begins() -> date:
    """The first day of which the log has all events: of the oldest day, retention may have deleted some."""
    oldest = LogEvent.objects.order_by("at").values_list("at", flat=True).first()
    if oldest is None:
        return date.max
    return oldest.date() + timedelta(days=1 if conf.log_days else 0)
