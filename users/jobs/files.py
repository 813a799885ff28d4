"""The file of a job: written and read in chunks, each encrypted on its own.

An import file may contain passwords, and an export all that its owner may see.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Max

from users.conf import conf
from users.crypto.key_ring import Purpose
from users.models import FilePiece, Job

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# A chunk is a row, encrypted and decrypted in memory: this bounds memory and the length of a write on SQLite.
CHUNK_BYTES = 1024 * 1024
# Retention of a job's result file after its end. Source: Auth0 docs, "Bulk User Exports".
FILE_RETENTION = timedelta(hours=24)


def store_file(job: Job, chunks: Iterable[bytes]) -> None:
    """Store the job's file, in the caller's transaction."""
    number = 0
    for number, content in enumerate(_resize_chunks(chunks), 1):
        _store_chunk(job, number, content)


def append_to_file(job: Job, content: bytes) -> None:
    """Append to the job's file."""
    last = FilePiece.objects.filter(job=job).aggregate(last=Max("number"))["last"]
    _store_chunk(job, (last or 0) + 1, content)


def read_chunks(job: Job) -> Iterator[bytes]:
    """Yield the file's content, one chunk in memory at a time. Raises Undecryptable."""
    number = 0
    while True:
        # A query per chunk and no cursor: a long transaction would hold SQLite's lock, and a server-side
        # cursor fails behind a connection pool.
        piece = FilePiece.objects.filter(job=job, number__gt=number).order_by("number").first()
        if piece is None:
            return
        number = piece.number
        yield conf.key_ring.decrypt(Purpose.JOB_FILES, bytes(piece.content))


def open_file(job: Job) -> io.BufferedReader:
    """The file as a readable stream."""
    return io.BufferedReader(_ChunkReader(read_chunks(job)))


def move_file(source: Job, target: Job) -> None:
    """Give the file of one job to another, which has none, in the caller's transaction."""
    FilePiece.objects.filter(job=source).update(job=target)


def delete_file(job: Job) -> None:
    """Delete the job's file, in the caller's transaction."""
    FilePiece.objects.filter(job=job).delete()


def is_expired(job: Job, now: datetime) -> bool:
    """Whether the file's retention is over."""
    return job.finished_at is not None and now - job.finished_at > FILE_RETENTION


def _store_chunk(job: Job, number: int, content: bytes) -> None:
    encrypted = conf.key_ring.encrypt(Purpose.JOB_FILES, content)
    FilePiece.objects.create(job=job, number=number, content=encrypted)


class _ChunkReader(io.RawIOBase):
    def __init__(self, contents: Iterator[bytes]) -> None:
        self._contents = contents
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if not self._rest:
            self._rest = next(self._contents, b"")
        target = memoryview(buffer)
        part, self._rest = self._rest[: len(target)], self._rest[len(target) :]
        target[: len(part)] = part
        return len(part)


def _resize_chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in chunks of one size."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= CHUNK_BYTES:
            yield bytes(held[:CHUNK_BYTES])
            del held[:CHUNK_BYTES]
    if held:
        yield bytes(held)
