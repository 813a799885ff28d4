"""Files of jobs: what is imported and what is exported, and what became of single records.

They stand in the database, since a worker may be on another machine than whoever took the file.
"""

from __future__ import annotations

from django.db import models

from users.metadata.text import DocumentEncoder
from users.models.job import Job


class FilePiece(models.Model):
    """A piece of the file that belongs to a job, in order; the file is never whole in memory."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="pieces", db_index=False)
    number = models.PositiveIntegerField()
    # Encrypted by the key ring (users.jobs.files).
    content = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="piece_of_job")]

    def __str__(self) -> str:
        return f"piece {self.number} of {self.job_id}"


class FailedRecord(models.Model):
    """A record of an import that was refused. `user` is the record, `errors` says why."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="failed_records", db_index=False)
    # Which one of the file it is, counted from 1.
    number = models.PositiveIntegerField()
    user = models.JSONField(encoder=DocumentEncoder)
    errors = models.JSONField(encoder=DocumentEncoder)

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="failed_record_of_job")]

    def __str__(self) -> str:
        return f"record {self.number} of {self.job_id}"
