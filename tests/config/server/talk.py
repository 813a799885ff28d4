"""Send HTTP, byte by byte, to a connection of our server in this process."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import compat32
from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger

from config.server.worker import BufferedWorker
from tests.sdk.authority import HOST

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Talk:
    """One client's connection."""

    def __init__(self, worker: BufferedWorker, stream: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.worker = worker
        self._stream = stream
        self._writer = writer

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    def leave(self) -> None:
        self._writer.close()

    async def receive(self) -> Answer:
        head = await self._stream.readuntil(b"\r\n\r\n")
        line, _, fields = head.partition(b"\r\n")
        headers = {
            name.lower(): value for name, value in BytesParser(policy=compat32).parsebytes(fields).items()
        }
        status = int(line.split()[1])
        length = int(headers.get("content-length", 0))
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(await self._stream.readuntil(b"\r\n"), 16):
                body += await self._stream.readexactly(size)
                await self._stream.readexactly(2)
            await self._stream.readexactly(2)
        else:
            body = await self._stream.readexactly(length)
        return Answer(status, headers, body)

    async def ask(self, data: bytes) -> Answer:
        self.send(data)
        return await self.receive()

    async def is_closed(self) -> bool:
        """Whether the server ends the connection without another byte."""
        try:
            return await self._stream.read(1) == b""
        except ConnectionError:
            return True


def talk(
    application: Application,
    scenario: Callable[[Talk], Awaitable[Any]],
    *,
    receive_buffer: int = 0,
    tls: ssl.SSLContext | None = None,
    **settings: Any,
) -> Any:
    """What `scenario` returns, played against `application`. It has 20 seconds."""

    async def play() -> Any:
        worker = make_worker(application, **settings)
        theirs, ours = socket.socketpair()
        if receive_buffer:
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, receive_buffer)
        ours.setblocking(False)
        worker.attach(asyncio.get_running_loop())
        serving = worker.serve(ours)
        stream, writer = await asyncio.open_connection(
            sock=theirs, ssl=tls, server_hostname=HOST if tls else None
        )
        try:
            async with asyncio.timeout(20):
                return await scenario(Talk(worker, stream, writer))
        finally:
            writer.close()
            serving.cancel()
            await asyncio.wait([serving])
            worker.threads.shutdown(cancel_futures=True)

    return asyncio.run(play())


def make_worker(application: Application, **settings: Any) -> BufferedWorker:
    config = Config()
    for name, value in {"threads": 2, "keepalive": 5, "limit_request_line": 0, **settings}.items():
        config.set(name, value)
    worker = BufferedWorker(1, 0, [], None, 30, config, Logger(config))
    worker.wsgi = application
    return worker


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answers with what the application got of the request, as JSON."""
    seen = {
        name: environ.get(name)
        for name in ("REQUEST_METHOD", "RAW_URI", "PATH_INFO", "QUERY_STRING", "CONTENT_LENGTH",
                     "HTTP_TRANSFER_ENCODING")
    }  # fmt: skip
    seen["body"] = environ["wsgi.input"].read().decode("latin-1")
    body = json.dumps(seen).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
