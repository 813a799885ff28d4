"""The event stream: changes numbered in one order, for webhooks and pollers."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from users.models.change import Change


class Outbox(models.Model):
    """A change without a number yet. A trigger inserts it in the transaction that makes the change
    (`users.models.trigger`), as a transactional outbox.

    The primary keys of changes are no such order: they are assigned before the commit, so a smaller key
    may become visible after a larger one, when a reader has already passed it.
    """

    # No database constraint here or below: changes are deleted by their own retention.
    change = models.OneToOneField(
        Change, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class Stream(models.Model):
    """One row: the last number assigned. Locked while numbers are assigned, so that one process does it at
    a time."""

    latest = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.latest)


class Event(models.Model):
    """A change and its number. Numbers have no gaps, become visible in their order, and follow the order
    of changes to each user."""

    number = models.PositiveBigIntegerField(primary_key=True)
    change = models.ForeignKey(
        Change, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    # Not the time of the change: retention counts from when consumers could read it.
    numbered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["number"]

    def __str__(self) -> str:
        return str(self.number)
