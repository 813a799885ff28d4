"""Indexed keys: metadata keys that staff made fast to search and to sort by."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from users.models.ids import new_indexed_key_id
from users.models.job import Job


class IndexedKey(models.Model):
    """A path into one of the documents that the database has indexes for. A job creates and drops them; a
    key whose job ended without success has failed, and can be tried again."""

    class Kind(models.TextChoices):
        NUMBER = "number", gettext_lazy("Number")
        TEXT = "text", gettext_lazy("Text")

    class Status(models.TextChoices):
        BUILDING = "building", gettext_lazy("Building")
        READY = "ready", gettext_lazy("Ready")
        DROPPING = "dropping", gettext_lazy("Dropping")
        FAILED = "failed", gettext_lazy("Failed")

    key_id = models.CharField(max_length=20, unique=True, default=new_indexed_key_id)
    document = models.CharField(max_length=20)
    # The keys of the path, outermost first.
    path = models.JSONField()
    # The type of values that the index is ordered by.
    kind = models.CharField(max_length=10, choices=Kind)
    # The state that is wanted; `state` is the one that is. Never FAILED.
    status = models.CharField(max_length=10, choices=Status, default=Status.BUILDING)
    # The latest job; null once retention has deleted it.
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    # The name of the actor who asked for it, as it was.
    made_by = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)
    # A UTC date, null until a search or a sort order first used it. Not a time: that would be a write at
    # every search.
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
        """The status, or FAILED where no job is working towards it."""
        if self.status == self.Status.READY or (self.job is not None and not self.job.is_finished):
            return self.Status(self.status)
        return self.Status.FAILED
