"""Work that is done beside the requests, by a worker of its own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from users.models.ids import new_job_id


class Job(models.Model):
    """One piece of work, and where it has got to. The table is the queue as well: `users.jobs`
    alone writes the columns from `due_at` on."""

    class Kind(models.TextChoices):
        VERIFICATION_EMAIL = "verification_email", "Verification email"
        PASSWORD_RESET_REQUEST = "password_reset_request", "Request for a password reset"
        PASSWORD_RESET_EMAIL = "password_reset_email", "Password reset email"
        NOTICE_EMAIL = "notice_email", "Security notice by email"
        HOUSEKEEPING = "housekeeping", "Housekeeping"
        USERS_IMPORT = "users_import", "Import of users"
        USERS_EXPORT = "users_export", "Export of users"
        INDEXED_KEY = "indexed_key", "Indexed key"
        METADATA_SAMPLE = "metadata_sample", "Sample for the metadata map"
        METADATA_COUNT = "metadata_count", "Exact count of metadata"

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        PROCESSING = "processing", "Processing"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    job_id = models.CharField(max_length=20, unique=True, default=new_job_id)
    kind = models.CharField(max_length=30, choices=Kind)
    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    # Why it failed, in words for people.
    details = models.CharField(max_length=500, blank=True)
    # Whom it is about, where it is about one person.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # Who asked: a person by their account, a client by its id, everybody with name and scopes in
    # `actor`, from which a worker makes out once more what they may do.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    client_id = models.CharField(max_length=64, blank=True)
    actor = models.JSONField(default=dict)
    # What is asked for; each kind knows its own.
    parameters = models.JSONField(default=dict)
    # Of two that are asked for under one key, only the first is made.
    once_key = models.CharField(max_length=100, unique=True, null=True)
    created_at = models.DateTimeField(default=timezone.now)

    # From when on a worker may take it: a pending one to begin, one that is being processed
    # because its worker has not been heard of. Null: not, or not any more, for workers.
    due_at = models.DateTimeField(null=True)
    # Made up by whoever took it last. Nobody else can write to the job.
    claim = models.CharField(max_length=32, blank=True)
    # How many times it was begun since it last got on.
    attempts = models.PositiveSmallIntegerField(default=0)
    # The name of whoever does not want it any more; empty for nobody.
    cancelled_by = models.CharField(max_length=300, blank=True)

    # How far it is, as the kind itself needs to know to go on from there.
    state = models.JSONField(default=dict)
    done = models.PositiveBigIntegerField(default=0)
    # Null while nobody knows how much there is to do.
    total = models.PositiveBigIntegerField(null=True)
    # The latest lines, oldest first: [moment, text].
    log = models.JSONField(default=list)
    result = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["-created_at", "-id"]
        indexes = [
            # The queue: only what is still to be done stands in it.
            models.Index(fields=["due_at", "id"], name="job_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["-created_at", "-id"], name="job_latest"),
            models.Index(fields=["owner", "-created_at", "-id"], name="job_owner_latest"),
        ]

    def __str__(self) -> str:
        return self.job_id

    @property
    def is_finished(self) -> bool:
        """Whether nothing happens to it any more."""
        return self.status not in (self.Status.PENDING, self.Status.PROCESSING)
