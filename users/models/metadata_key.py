"""The metadata map: which keys the documents have, computed by jobs, so that no request scans users."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

from users.metadata.documents import DOCUMENTS
from users.metadata.text import DocumentEncoder
from users.models.fields import CodePointField


class MetadataSurvey(models.Model):
    """One survey of users' documents; of each kind only the latest is stored."""

    class Kind(models.TextChoices):
        SAMPLE = "sample", gettext_lazy("Sample")
        EXACT = "exact", gettext_lazy("Exact count")

    kind = models.CharField(max_length=10, choices=Kind, unique=True)
    at = models.DateTimeField()
    # How many users were read, and of how many; for a large sample the latter is the planner's estimate.
    read = models.PositiveBigIntegerField()
    people = models.PositiveBigIntegerField()
    # Whether the limit on the number of keys was reached, so that some are missing.
    left_out = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} of {self.read}"

    @property
    def is_complete(self) -> bool:
        """Whether every user was read."""
        return self.read >= self.people


class MetadataKey(models.Model):
    """One key of one document. Each kind of survey has a column of its name with what it found: `{"users":
    3, "types": {"string": 3}, "items": {}, "values": [["string", "full", 2]]}`, as `users.metadata.tally`
    defines it; null where the survey did not find the key."""

    document = models.CharField(max_length=20, choices=[(name, name) for name in DOCUMENTS])
    path = models.JSONField()
    # The path joined by dots, which no key may contain; and, for case-insensitive search, the same after the
    # document's name, case-folded.
    name = CodePointField(max_length=500)
    folded = models.TextField()
    sample = models.JSONField(null=True, encoder=DocumentEncoder)
    exact = models.JSONField(null=True, encoder=DocumentEncoder)
    # Null where neither the record of changes nor any user's document says.
    last_written = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["document", "name"]
        constraints = [
            models.UniqueConstraint(fields=["document", "name"], name="metadata_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.document}.{self.name}"
