"""JSON Schemas of jobs. Source: recorded traffic; Auth0's published OpenAPI document."""

from __future__ import annotations

from users.api.schemas.import_export import FIELDS
from users.api.schemas.tickets import CONNECTION_ID
from users.models import Job
from users.representation.schema import Schema

# The status of an export whose file has been deleted. Auth0 has no status for cancelled jobs: to API
# clients they have failed.
EXPIRED = "expired"
STATUSES = [status for status in Job.Status.values if status != Job.Status.CANCELLED]
STATUSES.append(EXPIRED)
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
        "connection_id": CONNECTION_ID,
        "connection": {"type": "string", "description": "The connection's name."},
        "external_id": {"type": "string"},
        "format": {"type": "string", "enum": ["json", "csv"]},
        "csv_bom": {"type": "boolean"},
        "limit": {"type": "integer"},
        "fields": FIELDS,
        "location": {
            "type": "string",
            "format": "uri",
            "description": "Where the file of an export is for a minute; look again for a new address.",
        },
        # Auth0's name and shape, except `ignored`, which is ours.
        "summary": {
            "type": "object",
            "description": "Of an import, how many records became what.",
            "properties": {
                **{name: {"type": "integer"} for name in ("failed", "updated", "inserted", "total")},
                "ignored": {
                    "type": "object",
                    "additionalProperties": {"type": "integer"},
                    "description": "Of each read-only column of an export, how many records had it.",
                    "examples": [{"created_at": 4}],
                },
            },
        },
    },
}
_ERROR: Schema = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "string", "examples": ["DUPLICATED_USER"]},
        "message": {"type": "string"},
        "path": {"type": "string", "description": "The field that is wrong."},
        "byte": {
            "type": "integer",
            "description": "Where it stands in the file, from 0, where the text cannot be stored.",
        },
    },
}
FAILED_RECORD: Schema = {
    "type": "object",
    "required": ["user", "errors"],
    "properties": {
        "user": {
            "description": "The record, without secrets and values of unknown fields; of one that cannot"
            " be stored, its email where that can be read.",
            "examples": [{"email": "j@example.com"}],
        },
        "errors": {"type": "array", "items": _ERROR},
        "number": {"type": "integer", "description": "Which record of the file it is, from 1."},
    },
}
# Errors of single records, or the failed job.
ERRORS: Schema = {"anyOf": [{"type": "array", "items": FAILED_RECORD}, JOB]}
