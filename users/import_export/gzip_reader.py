"""Decompress import files that are gzipped, as our exports and Auth0's are."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING, BinaryIO

from users.import_export.record_splitter import SplitError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_MAGIC = b"\x1f\x8b"


def unpack(stream: io.BufferedReader, *, max_bytes: int) -> BinaryIO:
    """Return the stream as it is, or decompressed where it is gzip.

    Memory is bounded. Reading raises SplitError where the gzip file is damaged or holds more than
    `max_bytes`.
    """
    # By content, not by name or content type: browsers and scripts set those inconsistently.
    if not stream.peek(len(_MAGIC)).startswith(_MAGIC):
        return stream
    return io.BufferedReader(_BoundedGzipReader(stream, max_bytes))


class _BoundedGzipReader(io.RawIOBase):
    def __init__(self, packed: BinaryIO, max_bytes: int) -> None:
        self._file = gzip.GzipFile(fileobj=packed)
        self._left = self._max_bytes = max_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer)
        try:
            content = self._file.read(len(target))
        # zlib's own error is raised for damage within a member, the other two for its header and its end.
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise SplitError("the gzip file is damaged or cut short") from None
        self._left -= len(content)
        # Counted while reading: the size in a gzip trailer is chosen by the sender.
        if self._left < 0:
            raise SplitError(f"unpacked, the file is longer than {self._max_bytes:,} bytes; split it")
        target[: len(content)] = content
        return len(content)
