"""Counts of each day, which pages and statistics read instead of counting rows."""

from __future__ import annotations

from django.db import models


class DailyNumbers(models.Model):
    """The numbers of one day, in UTC. Triggers write them (`users.models.daily_count_triggers`), in the
    transaction of the write that they count.

    Users are counted on the day of their own time stamps, as a histogram, so that sums over days give the
    users of now: all of `created` are the present users, `last_seen` of 30 days those active in that time.
    Linked accounts count with their primary user.
    """

    date = models.DateField()
    logins = models.IntegerField(default=0, db_default=0)
    # Wrong password, unknown login, or a blocked user.
    failed_logins = models.IntegerField(default=0, db_default=0)
    # Null on a day without sign-ins.
    first_login = models.DateTimeField(null=True)
    latest_login = models.DateTimeField(null=True)
    # Present users who were created on this day, and how many of them are blocked or have no verified email.
    created = models.IntegerField(default=0, db_default=0)
    blocked = models.IntegerField(default=0, db_default=0)
    unverified = models.IntegerField(default=0, db_default=0)
    # Present users whose latest sign-in was on this day.
    last_seen = models.IntegerField(default=0, db_default=0)

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ["date"]

    def __str__(self) -> str:
        return self.date.isoformat()


class DailyCount(DailyNumbers):
    """One row for each day. A day on which nothing is counted may have no row."""

    class Meta(DailyNumbers.Meta):
        constraints = [models.UniqueConstraint(fields=["date"], name="daily_count_date")]


class DailyIncrement(DailyNumbers):
    """An addition to the counts of a day, which a worker adds to its row (`users.housekeeping.daily_counts`).

    Only PostgreSQL has them: if every sign-in updated the row of its day, each would wait for the
    transaction of the one before. SQLite has one writer at a time anyway, and its triggers update the row.
    """


# What is added up; the times of the first and the latest sign-in are not.
DAILY_NUMBERS = ("logins", "failed_logins", "created", "blocked", "unverified", "last_seen")

# The types of log events that count: signed in, a token for a password; failed for a reason such as a block,
# wrong password, unknown login. Triggers of migrations name them as well.
LOGIN_TYPES = ("s", "sepft")
FAILED_LOGIN_TYPES = ("f", "fp", "fu")
