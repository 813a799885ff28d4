"""Files of jobs (imports and exports), and the records that an import refused.

Stored in the database, since the worker may be on another machine than the process that received the file.
"""

from __future__ import annotations

from django.db import models

from users.metadata.text import DocumentEncoder
from users.models.job import Job


class FilePiece(models.Model):
    """One chunk of a job's file. Chunked, so that a file is never in memory as a whole."""

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
    """A record that an import refused. `user` is the record as it was sent, `errors` says why."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="failed_records", db_index=False)
    # Its position in the file, counted from 1.
    number = models.PositiveIntegerField()
    user = models.JSONField(encoder=DocumentEncoder)
    errors = models.JSONField(encoder=DocumentEncoder)

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="failed_record_of_job")]

    def __str__(self) -> str:
        return f"record {self.number} of {self.job_id}"
