"""The answers of jobs, as JSON Schema. Source: recorded traffic; Auth0's published OpenAPI document."""

from __future__ import annotations

from users.models import Job
from users.normalized.schema import Schema

# Auth0 knows no cancelled ones: to clients they have failed.
STATUSES = [status for status in Job.Status.values if status != Job.Status.CANCELLED]
JOB_ID: Schema = {
    "type": "string",
    "pattern": "^job_[A-Za-z0-9]{16}$",
    "description": "ID of the job",
    "examples": ["job_AbCdEfGh12345678"],
}
JOB: Schema = {
    "type": "object",
    "required": ["type", "status", "created_at", "id"],
    "properties": {
        "type": {"type": "string", "enum": Job.Kind.values},
        "status": {"type": "string", "enum": STATUSES},
        "created_at": {"type": "string", "format": "date-time"},
        "id": JOB_ID,
        "status_details": {"type": "string", "description": "Why it failed."},
        "percentage_done": {"type": "integer", "description": "While it is processing, where known."},
        "time_left_seconds": {"type": "integer", "description": "While it is processing, where known."},
    },
}
