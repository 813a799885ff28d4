"""Import a file as a job."""

from __future__ import annotations

from typing import Any

from users.import_export.import_file import process_records
from users.import_export.import_record import Existing, import_record
from users.jobs.run import Run
from users.metadata.documents import Document
from users.models import Connection
from users.rights.actor import Actor


def import_users(run: Run) -> dict[str, Any]:
    """Create and update the users of the file; raises as `process_records` does."""
    existing = Existing(run.parameters["existing"])

    def write(number: int, value: Document, connection: Connection, actor: Actor) -> str:
        return import_record(value, connection, actor=actor, existing=existing).outcome

    return {"summary": process_records(run, write)}
