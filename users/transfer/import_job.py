"""Import as a job: a bad record is noted and the others go on.

Source: Auth0 docs, "Bulk User Imports", and recorded traffic for the shape of errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from django.db import transaction

from users.conf import conf
from users.crypto.key_ring import Undecryptable
from users.jobs.errors import JobFailed
from users.jobs.files import open_file
from users.jobs.registry import job
from users.jobs.run import Run
from users.metadata.documents import JSON
from users.models import Connection, FailedRecord, Job
from users.rights.actor import Actor, Face
from users.rights.may import Verb, check
from users.transfer.create import TIMES_THE_DOCUMENT_LIMIT
from users.transfer.errors import TransferError
from users.transfer.read import read
from users.transfer.record_errors import REFUSALS, as_errors, without_secrets
from users.transfer.upsert import Outcome, take

# Records in one transaction: on SQLite nobody else writes meanwhile.
BATCH = 100
# More are counted and not kept, so that a file of nonsense does not fill the database.
MOST_ERRORS = 10_000


@job(Job.Kind.USERS_IMPORT)
def import_users(run: Run) -> dict[str, Any]:
    """A file that does not fall into records fails whole, with nothing written. What one attempt
    has committed the next one passes over."""
    connection = Connection.objects.filter(connection_id=run.parameters["connection_id"]).first()
    if connection is None:
        raise JobFailed("The connection does not exist any more.")
    # In the record of changes stands the job, by which all it wrote can be found.
    actor = replace(run.actor, face=Face.IMPORT, request_id=run.job.job_id)
    check(actor, Verb.CREATE)
    try:
        return _import(run, connection, actor)
    except Undecryptable:
        raise JobFailed(
            "The file cannot be decrypted: its key is no longer in ENCRYPTION_KEYS. Upload it again."
        ) from None


def _import(run: Run, connection: Connection, actor: Actor) -> dict[str, Any]:
    if run.total is None:
        run.total = _count(run)
    with closing(_records(run.job)) as records:
        rest = islice(records, run.done, None)
        for first in rest:
            with run.step():
                # One after the other: a hundred large ones would not fit into memory.
                for number, value in chain([first], islice(rest, BATCH - 1)):
                    _one(run, connection, number, value, actor)
                run.progress(number)
    return {"summary": _summary(run)}


def _records(job: Job) -> Iterator[tuple[int, JSON]]:
    return read(open_file(job), max_bytes=TIMES_THE_DOCUMENT_LIMIT * conf.limits.max_bytes)


def _count(run: Run) -> int:
    number = 0
    try:
        for number, _ in _records(run.job):
            if number % 1000 == 0:
                run.check_interrupted()
    except TransferError as error:
        raise JobFailed(f"The file cannot be read: {error}. Nothing was imported.") from None
    return number


def _one(run: Run, connection: Connection, number: int, value: JSON, actor: Actor) -> None:
    try:
        # A savepoint: what a refused record had written goes with it.
        with transaction.atomic():
            outcome = take(value, connection, actor=actor, is_upsert=run.parameters["upsert"])
    except REFUSALS as error:
        outcome = Outcome.FAILED
        if run.state.get(outcome, 0) < MOST_ERRORS:
            FailedRecord.objects.create(
                job=run.job, number=number, user=without_secrets(value), errors=as_errors(error)
            )
    run.state[outcome] = run.state.get(outcome, 0) + 1


def _summary(run: Run) -> dict[str, int]:
    """As recorded: `total` is that of all records."""
    counts = {outcome.value: run.state.get(outcome, 0) for outcome in Outcome}
    return {**counts, "total": sum(counts.values())}
