"""Make the accounts of a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from users.actions.errors import NotSupported, Taken
from users.conf import conf
from users.metadata.documents import JSON
from users.metadata.errors import MetadataError
from users.models import Connection
from users.normalized.check import FieldError
from users.rights.actor import Actor
from users.survey.ask import sample_after_import
from users.transfer.errors import TransferError
from users.transfer.read import read
from users.transfer.upsert import take

# Two documents whose every character may be written as a six-character escape, with room for
# blanks and the profile.
TIMES_THE_DOCUMENT_LIMIT = 16


def create_from_file(
    path: Path,
    connection: Connection,
    *,
    actor: Actor,
    on_record: Callable[[int], None] = lambda number: None,
) -> int:
    """Make every account in the file, or none; return how many.

    Nobody gets a password. `on_record` hears the number of each record done. Raises
    TransferError, which names the record, or Denied.
    """
    number = 0
    with path.open("rb") as stream, transaction.atomic():
        for number, value in read(stream, max_bytes=TIMES_THE_DOCUMENT_LIMIT * conf.limits.max_bytes):
            _create(value, number, connection, actor)
            on_record(number)
        sample_after_import(actor)
    return number


def _create(value: JSON, number: int, connection: Connection, actor: Actor) -> None:
    try:
        take(value, connection, actor=actor, is_upsert=False)
    except (FieldError, MetadataError, NotSupported, Taken) as error:
        raise TransferError(str(error), number) from None
