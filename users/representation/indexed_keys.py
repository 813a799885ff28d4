"""An indexed key in the form of our Management API. An addition of ours: Auth0 has no such resource."""

from __future__ import annotations

from typing import Any

from users.jobs.progress import percentage
from users.models import IndexedKey
from users.representation.schema import Schema
from users.representation.timestamps import format_time

NAME: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 300,
    "description": "The document and the keys on the way, a dot between them.",
    "examples": ["app_metadata.credits"],
}
KIND: Schema = {
    "type": "string",
    "enum": IndexedKey.Kind.values,
    "description": "The type of values that the index sorts and compares.",
}
SCHEMA: Schema = {
    "type": "object",
    "required": ["id", "key", "type", "status", "created_at", "created_by"],
    "properties": {
        "id": {"type": "string", "examples": ["idx_AbCdEfGh12345678"]},
        "key": NAME,
        "type": KIND,
        "status": {"type": "string", "enum": IndexedKey.Status.values},
        "details": {"type": "string", "description": "Why it failed."},
        "progress": {"type": "integer", "description": "Per cent, while it is being built."},
        "size": {"type": "integer", "description": "Bytes on disk, where the database reports them."},
        "job_id": {"type": "string", "examples": ["job_AbCdEfGh12345678"]},
        "last_used": {"type": "string", "format": "date", "description": "The day, in UTC."},
        "created_at": {"type": "string", "format": "date-time"},
        "created_by": {"type": "string", "examples": ["admin@example.com"]},
    },
}


def serialize_indexed_key(key: IndexedKey, size: int | None = None) -> dict[str, Any]:
    """Serialize an indexed key, whose job the caller fetches with it. Unset fields are left out."""
    known = {
        "id": key.key_id,
        "key": str(key),
        "type": key.kind,
        "status": key.state.value,
        "details": failure_reason(key),
        "progress": build_percentage(key),
        "size": size,
        "job_id": key.job and key.job.job_id,
        "last_used": key.last_used_on and key.last_used_on.isoformat(),
        "created_at": format_time(key.created_at),
        "created_by": key.made_by,
    }
    # 0 per cent and 0 bytes are values and stay.
    return {name: value for name, value in known.items() if value not in (None, "")}


def failure_reason(key: IndexedKey) -> str:
    """Return why building the index failed, as far as is known; empty where it did not fail."""
    if key.state != IndexedKey.Status.FAILED:
        return ""
    if key.job is None:
        # Retention deletes old jobs and with them the details of the failure.
        return "Its job is no more."
    return key.job.details or f"Its job is {key.job.get_status_display().lower()}."


def build_percentage(key: IndexedKey) -> int | None:
    """Return the progress in whole per cent while the job runs."""
    return percentage(key.job) if key.job and not key.job.is_finished else None
