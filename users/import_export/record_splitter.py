"""Split an import file into the texts of its records without reading it whole.

Brackets, quotes and commas are ASCII, and no byte of a longer UTF-8 character equals them, so the file is
split as bytes; only a record's own text is decoded and parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

# Bytes read at a time.
CHUNK_BYTES = 64 * 1024

CSV_HINT = "CSV is not imported, use JSON"

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NOT_BLANK = re.compile(rb"[^ \t\r\n]")
_NOT_BLANK_HERE = re.compile(rb"[^ \t\r]")  # line ends are significant here
_OUTSIDE_STRINGS = re.compile(rb'["\[\]{}]')
_INSIDE_STRINGS = re.compile(rb'["\\]')
_AFTER_SCALAR = re.compile(rb'[ \t\r\n,:"\[\]{}]')
# Possessive quantifiers: a megabyte of digits must not make the match backtrack.
_SCALAR = re.compile(rb"true|false|null|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")


class SplitError(ValueError):
    """The text is not JSON that can be split into records. The message is a sentence."""


@dataclass(frozen=True)
class RawRecord:
    """The text of one record, and the offset of its first byte in the file.

    For a record over the limit, `text` is only its beginning.
    """

    start: int
    text: bytes
    is_whole: bool = True


def split_records(stream: BinaryIO, *, max_bytes: int, chunk: int = CHUNK_BYTES) -> Iterator[RawRecord]:
    """Yield each value of a JSON array, or each JSON value on a line of its own.

    Holds at most one record and one chunk in memory, and of a record over `max_bytes` no more than that.
    Strings, lists and objects are delimited by their quotes and brackets alone; the parser checks what is
    inside. Raises SplitError where a value is missing, or the file ends too early or goes on too long.
    """
    window = _Window(stream, chunk)
    first = window.next()
    if not first:
        raise SplitError("the file is empty")
    if first == b"[":
        window.skip()
        yield from _array(window, max_bytes)
    else:
        yield from _lines(window, max_bytes)


def _array(window: _Window, max_bytes: int) -> Iterator[RawRecord]:
    if window.next() != b"]":
        yield _value(window, max_bytes)
        while (found := window.next()) == b",":
            window.skip()
            yield _value(window, max_bytes)
        if not found:
            raise SplitError("the file ends before its array is closed by ]")
        if found != b"]":
            raise SplitError("a comma or ] must stand before this record")
    window.skip()
    if window.next():
        raise SplitError("there is more text after the array; remove it")


def _lines(window: _Window, max_bytes: int) -> Iterator[RawRecord]:
    while window.next():
        yield _value(window, max_bytes)
        match window.next(_NOT_BLANK_HERE):
            case b"" | b"\n":
                continue
            # Most likely a CSV file, whose first line is read as records.
            case b",":
                raise SplitError(f"a comma cannot stand between lines; {CSV_HINT}")
        raise SplitError("a record must begin on a line of its own")


def _value(window: _Window, max_bytes: int) -> RawRecord:
    found = window.next()
    if not found:
        raise SplitError("the file ends where a record should stand")
    if found in b'{["':
        return window.take(_BracketMatcher().find, max_bytes)
    scalar = window.take(_end_of_scalar, max_bytes)
    if scalar.is_whole and not _SCALAR.fullmatch(scalar.text):
        raise SplitError(f"a record must be an object that begins with {{; {CSV_HINT}")
    return scalar


def _end_of_scalar(piece: bytes, at: int) -> int | None:
    """Return the end of a number or literal in `piece`; None where it lies in a later piece."""
    found = _AFTER_SCALAR.search(piece, at)
    return found.start() if found else None


class _Window:
    """The part of the stream in memory, which only moves forward."""

    def __init__(self, stream: BinaryIO, chunk: int) -> None:
        self._stream = stream
        self._chunk = chunk
        # File offset of the first byte in memory.
        self._offset = 0
        self._bytes = stream.read(max(chunk, len(_BYTE_ORDER_MARK)))
        self._at = len(_BYTE_ORDER_MARK) if self._bytes.startswith(_BYTE_ORDER_MARK) else 0

    @property
    def place(self) -> int:
        """The file offset of the next byte."""
        return self._offset + self._at

    def skip(self) -> None:
        """Consume one byte."""
        self._at += 1

    def next(self, wanted: re.Pattern[bytes] = _NOT_BLANK) -> bytes:
        """Return the next byte that matches without consuming it; empty at the end of the file."""
        while True:
            if match := wanted.search(self._bytes, self._at):
                self._at = match.start()
                return match[0]
            self._at = len(self._bytes)
            if not self._read_on():
                return b""

    def take(self, find_end: Callable[[bytes, int], int | None], max_bytes: int) -> RawRecord:
        """Return the text from here to its end, which `find_end` searches in each piece in turn."""
        first = self.place
        parts: list[bytes] = []
        size = 0
        while True:
            start = self._at
            end = find_end(self._bytes, start)
            self._at = len(self._bytes) if end is None else end
            # The rest of an overlong record is read, to find the next one, but not stored.
            if size < max_bytes:
                parts.append(self._bytes[start : min(self._at, start + max_bytes - size)])
            size += self._at - start
            if end is not None or not self._read_on():
                break
        # A number may end with the file; a bracket or quote must be closed first.
        if end is None and find_end is not _end_of_scalar:
            raise SplitError("the file ends in the middle of this record")
        return RawRecord(first, b"".join(parts), is_whole=size <= max_bytes)

    def _read_on(self) -> bool:
        self._offset += len(self._bytes)
        self._bytes = self._stream.read(self._chunk)
        self._at = 0
        return bool(self._bytes)


class _BracketMatcher:
    """Find the end of a string, list or object across the pieces of a text."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = False
        self._to_skip = 0  # a backslash may be a piece's last byte

    def find(self, piece: bytes, at: int) -> int | None:
        """Return where in `piece` the outermost bracket or string is closed; None where it lies in a later
        piece."""
        at += self._to_skip
        self._to_skip = 0
        while match := (_INSIDE_STRINGS if self._in_string else _OUTSIDE_STRINGS).search(piece, at):
            at = match.end()
            match match[0]:
                # The escaped byte may be a quote, which would not end the string.
                case b"\\":
                    at += 1
                    continue
                case b'"':
                    self._in_string = not self._in_string
                case b"{" | b"[":
                    self._depth += 1
                case _:
                    self._depth -= 1
            if not self._depth and not self._in_string:
                return at
        self._to_skip = max(at - len(piece), 0)
        return None
