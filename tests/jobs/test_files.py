"""The file of a job: encrypted piece by piece, and gone when the job needs it no more."""

from __future__ import annotations

import tracemalloc

import pytest

from tests.jobs.conftest import now
from users.crypto.key_ring import Undecryptable
from users.jobs import files, queue
from users.jobs.cancel import cancel_job
from users.jobs.errors import JobFailed
from users.jobs.files import append_to_file, open_file, read_chunks, store_file
from users.jobs.registry import KINDS
from users.models import FilePiece, Job
from users.rights.actor import command_actor
from users.rights.errors import Denied

SECRET = b'[{"email": "jane@example.com", "password": "plain words"}]'


@pytest.fixture
def job(ask):
    return ask("users_import")


def stored(job: Job) -> bytes:
    return b"".join(
        bytes(each) for each in FilePiece.objects.filter(job=job).values_list("content", flat=True)
    )


def test_nothing_of_it_can_be_read_in_the_table(job):
    store_file(job, [SECRET[:20], SECRET[20:]])
    append_to_file(job, b"more plain words")

    assert b"plain" not in stored(job)
    assert b"".join(read_chunks(job)) == open_file(job).read() == SECRET + b"more plain words"


def test_without_the_key_it_cannot_be_read(job, settings):
    store_file(job, [SECRET])
    settings.SECRET_KEY = "another key, long enough to please: " + "y" * 20

    with pytest.raises(Undecryptable):
        list(read_chunks(job))


def test_writing_and_reading_hold_a_piece_at_a_time(job, monkeypatch):
    monkeypatch.setattr(files, "CHUNK_BYTES", 64 * 1024)
    chunk = b"x" * 16 * 1024
    tracemalloc.start()
    try:
        store_file(job, (chunk for _ in range(256)))  # 4 MB in all
        size = sum(len(piece) for piece in read_chunks(job))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert size == 256 * len(chunk)
    assert peak < 2_000_000


def complete(kinds, job, worker):
    kinds("users_import", lambda run: None)
    worker.work()


def fail(kinds, job, worker):
    kinds("users_import", raising(JobFailed("The file cannot be read.")))
    worker.work()


def lose_the_right(kinds, job, worker):
    kinds("users_import", raising(Denied("You may not.")))
    worker.work()


def break_each_time(kinds, job, worker):
    kinds("users_import", raising(ZeroDivisionError()), attempts=2)
    while worker.work():
        pass


def die_each_time(kinds, job, worker):
    kinds("users_import", lambda run: None, attempts=1)
    assert queue.claim_job(KINDS, lease=0) == job  # its worker is killed
    assert not worker.work()


def cancel_before_it_begins(kinds, job, worker):
    cancel_job(job, actor=command_actor("tests"))


def cancel_in_the_middle(kinds, job, worker):
    def cancelled(run):
        cancel_job(run.job, actor=command_actor("tests"))
        run.check_interrupted()

    kinds("users_import", cancelled)
    worker.work()


def cancel_after_its_worker_died(kinds, job, worker):
    kinds("users_import", lambda run: None)
    assert queue.claim_job(KINDS, lease=0) == job
    cancel_job(job, actor=command_actor("tests"))
    assert not worker.work()


def raising(error):
    def work(run):
        raise error

    return work


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (complete, "completed"),
        (fail, "failed"),
        (lose_the_right, "failed"),
        (break_each_time, "failed"),
        (die_each_time, "failed"),
        (cancel_before_it_begins, "cancelled"),
        (cancel_in_the_middle, "cancelled"),
        (cancel_after_its_worker_died, "cancelled"),
    ],
)
def test_however_the_job_ends_its_file_is_deleted(kinds, job, worker, end, status):
    store_file(job, [SECRET])

    end(kinds, job, worker)

    assert now(job).status == status
    assert not FilePiece.objects.exists()


@pytest.mark.parametrize(
    ("work", "status", "content"),
    [(lambda run: None, "completed", b"result"), (raising(JobFailed("No.")), "failed", b"")],
)
def test_a_file_that_is_the_result_is_there_after_a_job_that_completed(
    kinds, ask, worker, work, status, content
):
    kinds("users_export", work, keeps_file=True)
    job = ask("users_export")
    append_to_file(job, b"result")

    worker.work()

    assert (now(job).status, b"".join(read_chunks(job))) == (status, content)


def test_while_the_job_waits_or_is_tried_again_its_file_stays(kinds, job, worker):
    kinds("users_import", raising(ZeroDivisionError()), attempts=9)
    store_file(job, [SECRET])

    worker.work()

    assert (now(job).status, b"".join(read_chunks(job))) == ("pending", SECRET)


def test_a_worker_that_has_lost_the_job_deletes_nothing(kinds, job):
    kinds("users_import", lambda run: None)
    store_file(job, [SECRET])
    lost = queue.claim_job(KINDS, lease=0)
    queue.claim_job(KINDS, lease=60)

    assert not queue.finish_job(lost, Job.Status.COMPLETED)
    assert b"".join(read_chunks(job)) == SECRET
