"""What happened, in one order for all who are told."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from users.models.change import Change


class Outbox(models.Model):
    """A change that has no number yet. A trigger of the database puts it here, in the transaction
    that makes the change (`users.models.trigger`).

    The keys of changes are no such order: they are given before the commit, so one that is smaller
    may appear a moment after one that is larger, when a reader has gone past it."""

    # No constraint here or below: changes are kept as long as their own rules say.
    change = models.OneToOneField(
        Change, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class Stream(models.Model):
    """One row: the last number given. Whoever gives numbers holds it."""

    latest = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.latest)


class Event(models.Model):
    """A change and its number. Numbers have no gaps, appear in their order, and follow the order
    of what happened to each account."""

    number = models.PositiveBigIntegerField(primary_key=True)
    change = models.ForeignKey(
        Change, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    numbered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["number"]

    def __str__(self) -> str:
        return str(self.number)
