"""One client connection: each request is received completely, handled in a thread, and answered."""

from __future__ import annotations

import asyncio
import enum
import secrets
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from gunicorn.http.errors import NoMoreData, ParseException
from gunicorn.http.message import Request
from gunicorn.http.wsgi import Response
from gunicorn.http.wsgi import create as make_response

from config.server.refusal import refuse
from config.server.request import (
    BYTES_PER_SECOND,
    HEAD_LIMIT,
    HEAD_SECONDS,
    LINE_LIMIT,
    Body,
    SpoolFull,
    has_body,
    parse_head,
    read_body,
    read_head,
)
from config.server.response import FilePart, Part, ResponseSocket

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor
    from socket import socket
    from ssl import SSLContext

    from gunicorn.config import Config
    from gunicorn.glogging import Logger
    from gunicorn.http.message import Request

    from config.server.request import Spool

# How long a client may take to read a response: this many seconds, plus one for each BYTES_PER_SECOND.
SEND_SECONDS = 20
# How long, and how many bytes, to keep reading after a refusal. Closing with unread data sends a TCP reset,
# which may discard the response before the client reads it (RFC 9112, section 9.6).
LINGER_SECONDS = 2
LINGER_BYTES = 64 * 1024


class State(enum.Enum):
    """What a connection is doing."""

    IDLE = "no byte of a request has arrived"
    RECEIVING = "a part of a request has arrived"
    ANSWERING = "the application is answering"
    SENDING = "the answer is being sent"
    CLOSING = "the rest of the answer and the end of the connection are being sent"


class ServingWorker(Protocol):
    """What a connection uses of its worker. A protocol, since the worker's module imports this one."""

    cfg: Config
    log: Logger
    tls: SSLContext | None
    threads: ThreadPoolExecutor
    spool: Spool
    wsgi: Callable[..., Iterable[bytes]]

    def body_limit(self, request: Request) -> int:
        """In bytes."""

    def count_request(self) -> bool:
        """Whether the worker goes on afterwards."""


class Connection:
    """A client connection, served by the worker's event loop; only `_respond` runs in a thread."""

    def __init__(self, worker: ServingWorker, client: socket) -> None:
        self._worker = worker
        self._client = client
        self._head = bytearray()
        self._is_first = True
        self._has_sent = False
        self._enter(State.IDLE)

    def _enter(self, state: State) -> None:
        self.state = state
        self.since = asyncio.get_running_loop().time()

    async def serve(self) -> None:
        """Answer requests until either side closes the connection."""
        try:
            await self._open()
        except OSError:  # the TLS handshake failed or timed out
            self._client.close()
            return
        try:
            await self._serve_requests()
            await self._close()
        finally:
            self._writer.transport.abort()  # no effect on a closed connection

    async def _open(self) -> None:
        loop, tls = asyncio.get_running_loop(), self._worker.tls
        self._stream = asyncio.StreamReader(limit=HEAD_LIMIT)
        protocol = asyncio.StreamReaderProtocol(self._stream)
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol,
            self._client,
            ssl=tls,
            ssl_handshake_timeout=HEAD_SECONDS if tls else None,
        )
        self._writer = asyncio.StreamWriter(transport, protocol, self._stream, loop)
        self._peer = self._writer.get_extra_info("peername") or ("", 0)
        # `drain` then waits until everything is sent. With 0 it would wait for ever over TLS, where asyncio
        # takes an empty buffer for one that has reached the limit.
        transport.set_write_buffer_limits(high=1)

    async def _close(self) -> None:
        """Close the connection. Over TLS some of the response may be unsent, and the client confirms
        the end."""
        self._enter(State.CLOSING)
        self._writer.close()
        with suppress(OSError):
            async with asyncio.timeout(SEND_SECONDS):
                await self._writer.wait_closed()

    async def _serve_requests(self) -> None:
        try:
            while await self._serve_request():
                pass
        except Exception as error:
            is_receiving = self.state in (State.IDLE, State.RECEIVING)
            if is_receiving and isinstance(error, (ParseException, SpoolFull, TimeoutError)):
                await self._refuse(error)
            elif isinstance(error, (ConnectionError, NoMoreData)) and (is_receiving or self._has_sent):
                self._writer.transport.abort()  # the client has disconnected
            else:
                self._worker.log.exception("Error handling request %r", bytes(self._head[:200]))
                if self._has_sent:
                    self._writer.transport.abort()  # an error page would be read as part of it
                else:
                    await self._refuse(RuntimeError("the application failed"))

    async def _serve_request(self) -> bool:
        """Receive and answer one request. Return whether another may follow."""
        if not await self._wait_for_request():
            return False
        body: Body | None = None
        try:
            # One deadline for the whole head: a client that sends a byte now and then (Slowloris) gains no
            # time.
            async with asyncio.timeout(HEAD_SECONDS):
                await read_head(self._stream, self._head)
            request = parse_head(bytes(self._head), self._worker.cfg, self._peer)
            if has_body(request):
                body = Body(self._worker.body_limit(request), self._worker.spool)
                await read_body(self._stream, request, body, self._send_continue)
            return await self._answer(request)
        finally:
            if body:
                body.close()

    async def _wait_for_request(self) -> bool:
        """Return whether the first byte of a request arrived in time."""
        self._enter(State.IDLE)
        self._has_sent = False
        self._head.clear()
        seconds = HEAD_SECONDS if self._is_first else self._worker.cfg.keepalive
        self._is_first = False
        try:
            async with asyncio.timeout(seconds):
                self._head += await self._stream.readexactly(1)
        except (TimeoutError, asyncio.IncompleteReadError):
            return False
        self._enter(State.RECEIVING)
        return True

    def _send_continue(self) -> None:
        self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    async def _answer(self, request: Request) -> bool:
        loop = asyncio.get_running_loop()
        self._enter(State.ANSWERING)
        sink = ResponseSocket(loop, self._send)
        try:
            keep = await loop.run_in_executor(self._worker.threads, self._respond, request, sink)
            self._enter(State.SENDING)
            await self._send(sink.take())
            if request.must_close:
                await self._linger()
        finally:
            sink.close()
        return keep

    def _respond(self, request: Request, sink: ResponseSocket) -> bool:
        """Run the application, in a thread. Return whether the connection may be reused."""
        worker, begun = self._worker, datetime.now()
        response, environ = make_response(
            request, sink, self._peer, self._writer.get_extra_info("sockname"), worker.cfg
        )
        environ["wsgi.multithread"] = True
        if not worker.count_request() or not worker.cfg.keepalive:
            response.force_close()
        try:
            answer = worker.wsgi(environ, response.start_response)
            try:
                _write(response, answer, environ["wsgi.file_wrapper"])
            finally:
                if hasattr(answer, "close"):
                    answer.close()
        except (StopIteration, SystemExit) as error:  # a future cannot carry these to the event loop
            raise RuntimeError("the application failed") from error
        finally:
            if response.status:
                worker.log.access(response, request, environ, datetime.now() - begun)
        return not response.should_close()

    async def _send(self, parts: list[Part]) -> None:
        """Send the parts in order and close their files.

        Raises ConnectionError where the client has disconnected or reads too slowly.
        """
        self._has_sent = True
        size = sum(part.count if isinstance(part, FilePart) else len(part) for part in parts)
        with ExitStack() as files:
            for part in parts:
                if isinstance(part, FilePart):
                    files.enter_context(part.file)
            try:
                # Scaled by size: a fixed limit would cut off large exports on slow connections.
                async with asyncio.timeout(SEND_SECONDS + size / BYTES_PER_SECOND):
                    for part in parts:
                        await self._send_part(part)
            except TimeoutError:
                raise ConnectionAbortedError from None

    async def _send_part(self, part: Part) -> None:
        if isinstance(part, FilePart):
            sent = await asyncio.get_running_loop().sendfile(
                self._writer.transport, part.file, part.offset, part.count
            )
            if sent < part.count:
                raise ConnectionAbortedError("the file has become shorter than its Content-Length")
        else:
            self._writer.write(part)
            await self._writer.drain()

    async def _refuse(self, error: Exception) -> None:
        if b"\n" not in self._head:  # the path decides between JSON and HTML
            with suppress(TimeoutError):
                async with asyncio.timeout(0):
                    self._head += await self._stream.read(LINE_LIMIT)
        request_id = secrets.token_hex(16)
        status, answer = refuse(bytes(self._head), error, request_id)
        # Slow clients may be many, and need no action by an operator.
        log = self._worker.log.info if isinstance(error, TimeoutError) else self._worker.log.warning
        log("%s Refused a request from %s with %d: %s", request_id, self._peer[0], status, error)
        with suppress(ConnectionError):
            await self._send([answer])
            await self._linger()

    async def _linger(self) -> None:
        """Read and discard for a while after answering a request that was not read completely."""
        if self._writer.can_write_eof():
            self._writer.write_eof()
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                left = LINGER_BYTES
                while left > 0 and (piece := await self._stream.read(left)):
                    left -= len(piece)


def _write(response: Response, answer: Iterable[bytes], file_wrapper: type) -> None:
    if isinstance(answer, file_wrapper):
        response.write_file(answer)
    else:
        for piece in answer:
            response.write(piece)
        if not response._omits_body and response.sent < (response.response_length or 0):
            raise EOFError("the application's answer is shorter than its Content-Length")
    response.close()
