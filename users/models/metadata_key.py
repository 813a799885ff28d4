"""The metadata map: which keys the documents have, so that nobody need be read to know."""

from __future__ import annotations

from django.db import models

from users.metadata.documents import DOCUMENTS
from users.metadata.text import DocumentEncoder
from users.models.fields import CodePointField


class MetadataSurvey(models.Model):
    """One reading of people's documents; of each kind the latest is kept."""

    class Kind(models.TextChoices):
        SAMPLE = "sample", "Sample"
        EXACT = "exact", "Exact count"

    kind = models.CharField(max_length=10, choices=Kind, unique=True)
    at = models.DateTimeField()
    # How many were read, and of how many; of a large sample the latter is an estimate.
    read = models.PositiveBigIntegerField()
    people = models.PositiveBigIntegerField()
    # There were more keys than are counted.
    left_out = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} of {self.read}"

    @property
    def is_complete(self) -> bool:
        """Whether everybody was read."""
        return self.read >= self.people


class MetadataKey(models.Model):
    """One key of one document. A column is named after each kind of survey and holds what that
    met: `{"users": 3, "types": {"string": 3}, "items": {}, "values": [["string", "full", 2]]}`, as
    `users.metadata.tally` has it; null where it did not meet the key."""

    document = models.CharField(max_length=20, choices=[(name, name) for name in DOCUMENTS])
    path = models.JSONField()
    # The path with dots between, which no key may hold; and, to be looked for without regard to
    # case, the document's name before it.
    name = CodePointField(max_length=500)
    folded = models.TextField()
    sample = models.JSONField(null=True, encoder=DocumentEncoder)
    exact = models.JSONField(null=True, encoder=DocumentEncoder)
    # Null where neither the record of changes nor anybody's account tells.
    last_written = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["document", "name"]
        constraints = [
            models.UniqueConstraint(fields=["document", "name"], name="metadata_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.document}.{self.name}"
