"""Cut a file into the texts of its records without reading it whole.

Brackets and quotes are ASCII, and no part of a longer UTF-8 character looks like them, so
the cutting is done on bytes; only a record's own text is decoded and parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

# Bytes read at a time.
CHUNK = 64 * 1024

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NOT_BLANK = re.compile(rb"[^ \t\r\n]")
_NOT_BLANK_HERE = re.compile(rb"[^ \t\r]")  # a line's end counts
_OUTSIDE_STRINGS = re.compile(rb'["\[\]{}]')
_INSIDE_STRINGS = re.compile(rb'["\\]')


class CutError(ValueError):
    """The text does not fall into records. The message is a sentence for people."""


def cut(stream: BinaryIO, *, max_bytes: int, chunk: int = CHUNK) -> Iterator[bytes]:
    """The text of each object in a JSON array, or of each object on a line of its own.

    Holds at most one record and one chunk. Raises CutError where something other than an
    object stands, where the file ends too early or goes on too long, and for a record over
    `max_bytes`.
    """
    window = _Window(stream, chunk)
    first = window.next()
    if not first:
        raise CutError("the file is empty")
    if first == b"[":
        window.skip()
        yield from _array(window, max_bytes)
    else:
        yield from _lines(window, max_bytes)


def _array(window: _Window, max_bytes: int) -> Iterator[bytes]:
    if window.next() != b"]":
        yield _object(window, max_bytes)
        while (found := window.next()) == b",":
            window.skip()
            yield _object(window, max_bytes)
        if not found:
            raise CutError("the file ends before its array is closed by ]")
        if found != b"]":
            raise CutError("a comma or ] must stand before this record")
    window.skip()
    if window.next():
        raise CutError("there is more text after the array; remove it")


def _lines(window: _Window, max_bytes: int) -> Iterator[bytes]:
    while window.next():
        yield _object(window, max_bytes)
        if window.next(_NOT_BLANK_HERE) not in (b"\n", b""):
            raise CutError("a record must begin on a line of its own")


def _object(window: _Window, max_bytes: int) -> bytes:
    found = window.next()
    if not found:
        raise CutError("the file ends where a record should stand")
    if found != b"{":
        raise CutError("a record must be an object, and so begin with {")
    return window.take_object(max_bytes)


class _Window:
    """The part of a stream that is in memory, moving forward only."""

    def __init__(self, stream: BinaryIO, chunk: int) -> None:
        self._stream = stream
        self._chunk = chunk
        self._bytes = stream.read(max(chunk, len(_BYTE_ORDER_MARK)))
        self._at = len(_BYTE_ORDER_MARK) if self._bytes.startswith(_BYTE_ORDER_MARK) else 0

    def skip(self) -> None:
        """Pass one byte."""
        self._at += 1

    def next(self, wanted: re.Pattern[bytes] = _NOT_BLANK) -> bytes:
        """The next wanted byte, not taken; empty at the end of the file."""
        while True:
            if match := wanted.search(self._bytes, self._at):
                self._at = match.start()
                return match[0]
            if not self._read_on():
                return b""

    def take_object(self, max_bytes: int) -> bytes:
        """The text from here to the bracket that closes the one here."""
        parts: list[bytes] = []
        ends = _Brackets()
        size = 0
        while True:
            start = self._at
            end = ends.find(self._bytes, start)
            self._at = len(self._bytes) if end is None else end
            parts.append(self._bytes[start : self._at])
            size += self._at - start
            if size > max_bytes:
                raise CutError(f"longer than {max_bytes:,} bytes, which is too long for a record")
            if end is not None:
                return b"".join(parts)
            if not self._read_on():
                raise CutError("the file ends in the middle of this record")

    def _read_on(self) -> bool:
        self._bytes = self._stream.read(self._chunk)
        self._at = 0
        return bool(self._bytes)


class _Brackets:
    """Counts brackets outside strings, from piece to piece of a text."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = False
        self._to_skip = 0  # an escape may stand at a piece's very end

    def find(self, piece: bytes, at: int) -> int | None:
        """Where in `piece` the first bracket is closed; None where that is further on."""
        at += self._to_skip
        self._to_skip = 0
        while match := (_INSIDE_STRINGS if self._in_string else _OUTSIDE_STRINGS).search(piece, at):
            at = match.end()
            match match[0]:
                case b"\\":
                    at += 1
                case b'"':
                    self._in_string = not self._in_string
                case b"{" | b"[":
                    self._depth += 1
                case _:
                    self._depth -= 1
                    if not self._depth:
                        return at
        self._to_skip = max(at - len(piece), 0)
        return None
