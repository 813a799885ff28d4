"""Work that a client asked for and may ask after."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from users.models.ids import new_job_id


class Job(models.Model):
    """One piece of work. `client_id` is the caller's, as text."""

    class Kind(models.TextChoices):
        VERIFICATION_EMAIL = "verification_email", "Verification e-mail"

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        PROCESSING = "processing", "Processing"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"

    job_id = models.CharField(max_length=20, unique=True, default=new_job_id)
    kind = models.CharField(max_length=30, choices=Kind)
    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    # Why it failed, in words for people.
    details = models.CharField(max_length=500, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    client_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.job_id
