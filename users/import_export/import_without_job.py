"""Create users from a file in one transaction, for demo data and tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from users.actions.errors import DuplicateField, NotSupported
from users.import_export.errors import InvalidRecord, TransferError
from users.import_export.import_record import Existing, import_record
from users.import_export.record_reader import FileRecord, read_import_file
from users.metadata.errors import MetadataError
from users.metadata_map.survey_requests import sample_after_import
from users.models import Connection
from users.representation.validation import FieldError
from users.rights.actor import Actor


def create_users_from_file(
    path: Path,
    connection: Connection,
    *,
    actor: Actor,
    on_record: Callable[[int], None] = lambda number: None,
) -> int:
    """Create every user of the file, or none; return how many.

    No user gets a password. `on_record` is called with the number of each record once it is written. Raises
    TransferError, which names the record, or Denied.
    """
    # One transaction, unlike the job: demo data and tests need the whole file or nothing.
    number = 0
    with path.open("rb") as stream, transaction.atomic():
        for record in read_import_file(stream):
            number = record.number
            _create_user(record, connection, actor)
            on_record(number)
        # The map of metadata keys is sampled once at the end instead of once per user.
        sample_after_import(actor)
    return number


def _create_user(record: FileRecord, connection: Connection, actor: Actor) -> None:
    try:
        import_record(record.value(), connection, actor=actor, existing=Existing.REFUSE)
    except InvalidRecord as error:
        # Unlike the import job, one bad record fails the whole file: there is no report that would list it.
        raise TransferError(f"{error.reason} (byte {error.byte})", error.number) from None
    except (FieldError, MetadataError, NotSupported, DuplicateField) as error:
        raise TransferError(str(error), record.number) from None
