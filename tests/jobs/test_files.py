"""The file of a job: encrypted piece by piece, and gone when the job needs it no more."""

from __future__ import annotations

import importlib
import tracemalloc
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection as database

from users.crypto.key_ring import Undecryptable
from users.jobs import files
from users.jobs.files import append, keep_file, open_file, pieces
from users.models import FilePiece, Job

SECRET = b'[{"email": "jane@example.com", "password": "plain words"}]'


@pytest.fixture
def job(ask):
    return ask("users_import")


def stored(job: Job) -> bytes:
    return b"".join(
        bytes(each) for each in FilePiece.objects.filter(job=job).values_list("content", flat=True)
    )


def test_nothing_of_it_can_be_read_in_the_table(job):
    keep_file(job, [SECRET[:20], SECRET[20:]])
    append(job, b"more plain words")

    assert b"plain" not in stored(job)
    assert b"".join(pieces(job)) == open_file(job).read() == SECRET + b"more plain words"


def test_without_the_key_it_cannot_be_read(job, settings):
    keep_file(job, [SECRET])
    settings.SECRET_KEY = "another key, long enough to please: " + "y" * 20

    with pytest.raises(Undecryptable):
        list(pieces(job))


def test_writing_and_reading_hold_a_piece_at_a_time(job, monkeypatch):
    monkeypatch.setattr(files, "PIECE", 64 * 1024)
    chunk = b"x" * 16 * 1024
    tracemalloc.start()
    try:
        keep_file(job, (chunk for _ in range(256)))  # 4 MB in all
        size = sum(len(piece) for piece in pieces(job))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert size == 256 * len(chunk)
    assert peak < 2_000_000


def test_the_migration_encrypts_waiting_files_and_deletes_those_of_ended_imports(ask):
    waiting, ended, export = ask("users_import"), ask("users_import"), ask("users_export")
    Job.objects.filter(pk__in=[ended.pk, export.pk]).update(status="completed")
    for each in (waiting, ended, export):
        FilePiece.objects.create(job=each, number=1, content=SECRET)
    migration = importlib.import_module("users.migrations.0023_encrypt_job_files")

    migration.encrypt_files(apps, SimpleNamespace(connection=database))

    assert [b"".join(pieces(each)) for each in (waiting, ended, export)] == [SECRET, b"", SECRET]
    assert b"plain" not in stored(waiting) + stored(export)
