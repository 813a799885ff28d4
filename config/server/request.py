"""Receive one HTTP/1.1 request completely, head and body, so that no thread waits for a client.

Gunicorn's parser validates the head, and with it the framing of the body: a repeated Content-Length, or one
next to Transfer-Encoding, is refused there (RFC 9112, section 6.3), which prevents request smuggling.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from tempfile import SpooledTemporaryFile

from gunicorn.config import Config
from gunicorn.http.body import ChunkedReader
from gunicorn.http.errors import (
    ChunkMissingTerminator,
    InvalidChunkSize,
    InvalidHeader,
    LimitRequestHeaders,
    LimitRequestLine,
    NoMoreData,
)
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

# In bytes. Three hundred ids in `q` take 11 kB; few proxies pass on more than 16 kB.
LINE_LIMIT = 16 * 1024
# The request line and all headers, in bytes.
HEAD_LIMIT = 64 * 1024
# Seconds that a client may take to send the head.
HEAD_SECONDS = 10
# Seconds for the body, extended by one for each BYTES_PER_SECOND that arrived.
BODY_SECONDS = 20
BYTES_PER_SECOND = 4 * 1024
# A body over its limit is read and discarded up to this many bytes: a client that is still sending would
# otherwise get a connection reset instead of the response.
DISCARD_LIMIT = 32 * 1024 * 1024
# Longer bodies are stored in a temporary file.
MEMORY_LIMIT = 64 * 1024
# Bytes per read.
READ_SIZE = 64 * 1024
# Tiny chunks cost much CPU per byte: this many are accepted, plus one for each BYTES_PER_CHUNK.
FREE_CHUNKS = 10_000
BYTES_PER_CHUNK = 256

# Chunk extensions are ignored up to the end of the line (RFC 9112, section 7.1.1).
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[^\r\n]*)?\r\n")
_TRAILER_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\x00-\x08\x0a-\x1f\x7f]*\r\n")


class SpoolFull(Exception):
    """No space is left for the request bodies that are being received."""


class Spool:
    """The space, in bytes, of one worker process for the request bodies that it is receiving."""

    def __init__(self, size: int) -> None:
        self._left = size

    def reserve(self, size: int) -> None:
        """Reserve space. Raises SpoolFull."""
        if size > self._left:
            raise SpoolFull
        self._left -= size

    def release(self, size: int) -> None:
        """Release reserved space."""
        self._left += size


class Body:
    """A request body while it arrives. Of one longer than `limit` bytes only the size is stored."""

    def __init__(self, limit: int, spool: Spool) -> None:
        self.limit = limit
        self.size = 0
        self.file = SpooledTemporaryFile(MEMORY_LIMIT)  # noqa: SIM115 - closed with the request
        self._spool = spool
        self._taken = 0

    def append(self, piece: bytes) -> None:
        """Add received bytes. Raises SpoolFull."""
        self.size += len(piece)
        if self.size <= self.limit:
            self._spool.reserve(len(piece))
            self._taken += len(piece)
            try:
                self.file.write(piece)
            except OSError as error:  # the disk is full
                raise SpoolFull from error
        elif self._taken:
            self.file.seek(0)
            self.file.truncate()
            self._release()

    def close(self) -> None:
        """Discard the body."""
        self.file.close()
        self._release()

    def _release(self) -> None:
        self._spool.release(self._taken)
        self._taken = 0


async def read_head(stream: asyncio.StreamReader, head: bytearray) -> None:
    """Append the rest of the head, up to the empty line that ends it, to `head`.

    Raises LimitRequestLine, LimitRequestHeaders, and NoMoreData where the client disconnected.
    """
    in_first_line = True
    while True:
        try:
            line = await stream.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            raise _too_large(in_first_line, error.consumed) from None
        except asyncio.IncompleteReadError:
            raise NoMoreData from None
        head += line
        if len(head) > (LINE_LIMIT if in_first_line else HEAD_LIMIT):
            raise _too_large(in_first_line, len(head))
        # RFC 9112, section 2.2: one empty line before the request line is ignored.
        if head == b"\r\n":
            continue
        # The parser refuses a bare line feed, so there is no point in waiting for more.
        if not line.endswith(b"\r\n") or (line == b"\r\n" and not in_first_line):
            return
        in_first_line = False


def _too_large(in_first_line: bool, size: int) -> Exception:
    if in_first_line:
        return LimitRequestLine(size, LINE_LIMIT)
    return LimitRequestHeaders(f"more than {HEAD_LIMIT} bytes")


def parse_head(head: bytes, config: Config, peer: tuple[str, int]) -> Request:
    """Parse request line and headers. Raises gunicorn's ParseException where they are malformed or
    ambiguous."""
    return Request(config, IterUnreader([head]), peer)


def has_body(request: Request) -> bool:
    """Whether the request has a body."""
    return _content_length(request) != 0


def _content_length(request: Request) -> int | None:
    """Return the length of the body in bytes; None where it is chunked."""
    assert request.body is not None, "the parser decides how the body is framed"
    if isinstance(request.body.reader, ChunkedReader):
        return None
    length: int = request.body.reader.length
    return length


async def read_body(
    stream: asyncio.StreamReader, request: Request, body: Body, send_continue: Callable[[], None]
) -> None:
    """Receive the body of `request` into `body`, which becomes what the application reads.

    A chunked body gets a Content-Length. Of a body over its limit only the size is stored; the connection has
    to close where it was not read completely. `send_continue` is called where the client waits for it
    (Expect:
    100-continue). Raises TimeoutError, SpoolFull, NoMoreData, InvalidChunkSize, ChunkMissingTerminator, and
    InvalidHeader and LimitRequestHeaders (for trailers).
    """
    length = _content_length(request)
    asked_first, request._expected_100_continue = request._expected_100_continue, False
    if asked_first and (length or 0) > body.limit:
        request.force_close()
    else:
        if asked_first:
            send_continue()
        await _receive(_chunks(stream) if length is None else _pieces(stream, length), request, body)
    if length is None:
        headers = [header for header in request.headers if header[0] != "TRANSFER-ENCODING"]
        request.headers = [*headers, ("CONTENT-LENGTH", str(body.size))]
    body.file.seek(0)
    request.body = body.file


async def _receive(pieces: AsyncIterator[bytes], request: Request, body: Body) -> None:
    deadline = asyncio.get_running_loop().time() + BODY_SECONDS
    async with asyncio.timeout_at(deadline) as timeout:
        async for piece in pieces:
            body.append(piece)
            if body.size > body.limit + DISCARD_LIMIT:
                request.force_close()
                return
            deadline += len(piece) / BYTES_PER_SECOND
            timeout.reschedule(deadline)


async def _pieces(stream: asyncio.StreamReader, length: int) -> AsyncIterator[bytes]:
    while length:
        piece = await stream.read(min(READ_SIZE, length))
        if not piece:
            raise NoMoreData
        length -= len(piece)
        yield piece


async def _chunks(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Yield the content of a chunked body (RFC 9112, section 7.1). Trailers are skipped."""
    chunks_left = float(FREE_CHUNKS)
    while size := await _chunk_size(stream):
        chunks_left += size / BYTES_PER_CHUNK - 1
        if chunks_left < 0:
            raise InvalidChunkSize(b"too many small chunks")
        async for piece in _pieces(stream, size):
            yield piece
        if await _line(stream) != b"\r\n":
            raise ChunkMissingTerminator(b"")
    trailers = 0
    while (line := await _line(stream)) != b"\r\n":
        if not _TRAILER_LINE.fullmatch(line):
            raise InvalidHeader(line[:40].decode("latin-1"))
        trailers += len(line)
        if trailers > LINE_LIMIT:
            raise LimitRequestHeaders("trailers")


async def _chunk_size(stream: asyncio.StreamReader) -> int:
    line = await _line(stream)
    found = _CHUNK_LINE.fullmatch(line)
    if not found:
        raise InvalidChunkSize(line[:40])
    return int(found[1], 16)


async def _line(stream: asyncio.StreamReader) -> bytes:
    try:
        return await stream.readuntil(b"\n")
    except asyncio.LimitOverrunError:
        raise InvalidChunkSize(b"line too long") from None
    except asyncio.IncompleteReadError:
        raise NoMoreData from None
