"""Background jobs, done by a separate worker process."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from users.models.ids import new_job_id


class Job(models.Model):
    """One job and its progress. The table is also the queue: only `users.jobs` writes the columns from
    `due_at` on."""

    class Kind(models.TextChoices):
        VERIFICATION_EMAIL = "verification_email", gettext_lazy("Verification email")
        PASSWORD_RESET_REQUEST = "password_reset_request", gettext_lazy("Request for a password reset")
        PASSWORD_RESET_EMAIL = "password_reset_email", gettext_lazy("Password reset email")
        INVITATION_EMAIL = "invitation_email", gettext_lazy("Invitation email")
        NOTICE_EMAIL = "notice_email", gettext_lazy("Security notice by email")
        HOUSEKEEPING = "housekeeping", gettext_lazy("Housekeeping")
        DAILY_COUNTS = "daily_counts", gettext_lazy("Daily counts")
        USERS_IMPORT = "users_import", gettext_lazy("Import of users")
        IMPORT_CHECK = "import_check", gettext_lazy("Check of an import")
        USERS_EXPORT = "users_export", gettext_lazy("Export of users")
        BULK_ACTION = "bulk_action", gettext_lazy("Bulk action")
        BULK_UNDO = "bulk_undo", gettext_lazy("Undo of a bulk action")
        SEGMENT_COUNTS = "segment_counts", gettext_lazy("Counts of segments")
        INDEXED_KEY = "indexed_key", gettext_lazy("Indexed key")
        METADATA_SAMPLE = "metadata_sample", gettext_lazy("Sample for the metadata map")
        METADATA_COUNT = "metadata_count", gettext_lazy("Exact count of metadata")

    class Status(models.TextChoices):
        PENDING = "pending", gettext_lazy("Pending")
        PROCESSING = "processing", gettext_lazy("Processing")
        COMPLETED = "completed", gettext_lazy("Completed")
        FAILED = "failed", gettext_lazy("Failed")
        CANCELLED = "cancelled", gettext_lazy("Cancelled")

    job_id = models.CharField(max_length=20, unique=True, default=new_job_id)
    kind = models.CharField(max_length=30, choices=Kind)
    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    # Why it failed, as a sentence for the user.
    details = models.CharField(max_length=500, blank=True)
    # The user it is about, where it is about one.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # Who asked: a user by `owner`, a client by `client_id`, and all actors with name and scopes in `actor`. A
    # worker builds the actor from these and checks its rights once more.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    client_id = models.CharField(max_length=64, blank=True)
    actor = models.JSONField(default=dict)
    # The arguments, as the kind defines them.
    parameters = models.JSONField(default=dict)
    # Idempotency key: a second job with the same key is not created.
    once_key = models.CharField(max_length=100, unique=True, null=True)
    created_at = models.DateTimeField(default=timezone.now)

    # When a worker may take it: for a pending job the time to start, for one being processed the end of the
    # lease. Null: it is not, or no longer, for workers.
    due_at = models.DateTimeField(null=True)
    # A random token of the worker that holds the lease. Every write of a worker requires it (fencing).
    claim = models.CharField(max_length=32, blank=True)
    # Attempts since it last made progress.
    attempts = models.PositiveSmallIntegerField(default=0)
    # The name of the user who cancelled it; empty if not cancelled.
    cancelled_by = models.CharField(max_length=300, blank=True)

    # A checkpoint from which the kind resumes after an interruption.
    state = models.JSONField(default=dict)
    done = models.PositiveBigIntegerField(default=0)
    # Null while the total is unknown.
    total = models.PositiveBigIntegerField(null=True)
    # The latest log lines, oldest first: [time, text].
    log = models.JSONField(default=list)
    result = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["-created_at", "-id"]
        indexes = [
            # The queue: a partial index that holds unfinished jobs only, so that taking one stays fast
            # however many are done.
            models.Index(fields=["due_at", "id"], name="job_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["-created_at", "-id"], name="job_latest"),
            models.Index(fields=["owner", "-created_at", "-id"], name="job_owner_latest"),
        ]

    def __str__(self) -> str:
        return self.job_id

    @property
    def is_finished(self) -> bool:
        """Whether it has ended: completed, failed or cancelled."""
        return self.status not in (self.Status.PENDING, self.Status.PROCESSING)
