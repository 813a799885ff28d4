"""What the jobs that import a file and that check one share: reading the file, a batch of records at a time.

A bad record is recorded as failed and the others go on. Source: Auth0 docs, "Bulk User Imports", and
recorded traffic for the shape of errors.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from users.crypto.key_ring import Undecryptable
from users.import_export.errors import InvalidRecord, TransferError
from users.import_export.import_record import Outcome
from users.import_export.record_errors import RECORD_ERRORS, as_errors, mask_record
from users.import_export.record_reader import FileRecord, read_import_file
from users.import_export.record_schema import read_only_field
from users.jobs.errors import JobFailed
from users.jobs.files import open_file
from users.jobs.run import Run
from users.metadata.documents import Document
from users.models import Connection, FailedRecord, Job
from users.rights.actor import Actor, Face
from users.rights.may import Verb, check

# Records per transaction, which blocks all other writers on SQLite, and bytes of their text, which a
# single record may exceed.
BATCH, BATCH_BYTES = 100, 4 * 1024 * 1024
# Further errors are counted but not stored, so that a useless file cannot fill the database.
MAX_STORED_ERRORS = 10_000
# The key of this count in the job's state and in its summary.
IGNORED = "ignored"


# A record that cannot be stored is represented by its error.
Parsed = Document | InvalidRecord


# Handles one record in a savepoint and returns the name under which it is counted. Raises one of
# `record_errors.RECORD_ERRORS` for a record that fails.
Handle = Callable[[int, Document, Connection, Actor], str]
# Told of a record, by its number, that an earlier attempt has handled.
OnSkipped = Callable[[int, Document, Connection], object]


def process_records(run: Run, handle: Handle, *, on_skipped: OnSkipped | None = None) -> dict[str, Any]:
    """Call `handle` with each record of the job's file and return the counts.

    The job fails as a whole where the file is not JSON. A retry skips the records that an earlier attempt
    committed. Raises Denied where the actor may no longer create users.
    """
    connection = Connection.objects.filter(connection_id=run.parameters["connection_id"]).first()
    if connection is None:
        raise JobFailed(gettext("The connection does not exist any more."))
    # History carries the job's id as its request id, by which everything it wrote can be found.
    actor = replace(run.actor, face=Face.IMPORT, request_id=run.job.job_id)
    # Checked again at run time: the actor may have lost the right while the job waited.
    check(actor, Verb.CREATE)
    try:
        if run.total is None:
            # A first pass over the whole file: a syntax error at its end must leave nothing half-imported.
            run.total = _count(run)
        with closing(_records(run.job)) as records:
            # Skips what an earlier attempt has committed, by position: the uploaded file does not change.
            for record in islice(records, run.done):
                if on_skipped is not None and isinstance(value := _parse(record), dict):
                    on_skipped(record.number, value, connection)
            for batch in _batches(records):
                with run.step():
                    for number, value in batch:
                        _process(run, number, value, connection, actor, handle)
                    run.progress(number)
    except Undecryptable:
        # Retrying cannot help without the key, so the job fails at once instead.
        raise JobFailed(
            gettext("The file cannot be decrypted: its key is no longer in ENCRYPTION_KEYS. Upload it again.")
        ) from None
    return summarize(run.state, tuple(Outcome))


def summarize(state: dict[str, Any], outcomes: tuple[str, ...]) -> dict[str, Any]:
    """Return the counts so far, with `total` of all records, as recorded from Auth0.

    `ignored` counts, for each read-only column, the records that were imported without it; it is left out
    where there are none.
    """
    counts = {str(outcome): state.get(outcome, 0) for outcome in outcomes}
    ignored = dict(sorted(state.get(IGNORED, {}).items()))
    return {**counts, "total": sum(counts.values()), **({IGNORED: ignored} if ignored else {})}


def _records(job: Job) -> Generator[FileRecord]:
    return read_import_file(open_file(job))


def _count(run: Run) -> int:
    """Return the number of records, after reading the whole file."""
    count = 0
    try:
        for record in _records(run.job):
            # Records that fail on their own are reported when they are imported.
            with suppress(InvalidRecord):
                record.value()
            count = record.number
            # Noticing a cancellation takes a query, which is too much for each record.
            if count % 1000 == 0:
                run.check_interrupted()
    except TransferError as error:
        raise JobFailed(
            gettext("The file cannot be read: %(error)s. Nothing was imported.") % {"error": error}
        ) from None
    return count


def _batches(records: Iterator[FileRecord]) -> Iterator[list[tuple[int, Parsed]]]:
    """Parse the records outside of the transactions that write them, since parsing a long one may take
    seconds. Holds at most two batches in memory."""
    batch: list[tuple[int, Parsed]] = []
    size = 0
    for record in records:
        batch.append((record.number, _parse(record)))
        size += len(record.cut.text)
        if len(batch) == BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _parse(record: FileRecord) -> Parsed:
    try:
        return record.value()
    except InvalidRecord as error:
        return error


def _process(
    run: Run, number: int, value: Parsed, connection: Connection, actor: Actor, handle: Handle
) -> None:
    try:
        if isinstance(value, InvalidRecord):
            raise value
        # A savepoint per record: what a refused record has written is rolled back with it.
        with transaction.atomic():
            outcome = handle(number, value, connection, actor)
    except RECORD_ERRORS as error:
        outcome = Outcome.FAILED
        if run.state.get(outcome, 0) < MAX_STORED_ERRORS:
            # The file's passwords and tokens must not end up readable in the job's error report.
            shown, errors = mask_record(value), as_errors(error)
            FailedRecord.objects.create(job=run.job, number=number, user=shown, errors=errors)
    else:
        _count_ignored(run, value)
    run.state[outcome] = run.state.get(outcome, 0) + 1


def _count_ignored(run: Run, value: Document) -> None:
    counts = run.state.setdefault(IGNORED, {})
    for name in {read_only_field(column) for column in value} - {None}:
        counts[name] = counts.get(name, 0) + 1
