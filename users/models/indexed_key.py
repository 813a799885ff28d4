"""A key of metadata that staff made fast to search and to sort by."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from users.models.ids import new_indexed_key_id
from users.models.job import Job


class IndexedKey(models.Model):
    """A path into one of the documents, by which the database keeps indexes. Those are made and
    dropped by the job; a key whose job came to no good end has failed, and can be tried again."""

    class Kind(models.TextChoices):
        NUMBER = "number", "Number"
        TEXT = "text", "Text"

    class Status(models.TextChoices):
        BUILDING = "building", "Building"
        READY = "ready", "Ready"
        DROPPING = "dropping", "Dropping"
        FAILED = "failed", "Failed"

    key_id = models.CharField(max_length=20, unique=True, default=new_indexed_key_id)
    document = models.CharField(max_length=20)
    # The keys on the way, outermost first.
    path = models.JSONField()
    # Which of its values stand in order in the index.
    kind = models.CharField(max_length=10, choices=Kind)
    # What is meant to be; `state` is what is. Never FAILED.
    status = models.CharField(max_length=10, choices=Status, default=Status.BUILDING)
    # The latest; null once that is long over.
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    # The name of whoever asked for it.
    made_by = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)
    # Null until a search or an order first made use of it. UTC.
    last_used_on = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["document", "path"]
        constraints = [models.UniqueConstraint(fields=["document", "path"], name="indexed_key_once")]

    def __str__(self) -> str:
        return ".".join((self.document, *self.path))

    @property
    def place(self) -> tuple[str, tuple[str, ...]]:
        """The document and the path."""
        return self.document, tuple(self.path)

    @property
    def state(self) -> Status:
        """The status, or FAILED where nobody works on what it promises."""
        if self.status == self.Status.READY or (self.job is not None and not self.job.is_finished):
            return self.Status(self.status)
        return self.Status.FAILED
