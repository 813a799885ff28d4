"""Daily statistics."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Day(models.Model):
    """The number of sign-ins on one day, in UTC. A day without sign-ins has no row.

    Sign-ups are not counted here: the record of changes has a line for each.
    """

    date = models.DateField(unique=True)
    logins = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["date"]

    def __str__(self) -> str:
        return self.date.isoformat()
