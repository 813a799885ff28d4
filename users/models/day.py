"""What happened on each day."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Day(models.Model):
    """Counts of one day, in UTC. A day without events has no row."""

    date = models.DateField(unique=True)
    logins = models.PositiveIntegerField(default=0)
    signups = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["date"]

    def __str__(self) -> str:
        return self.date.isoformat()
