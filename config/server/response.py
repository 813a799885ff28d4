"""Collect a response in the thread that produces it, and leave sending to the event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import IO, Any

# Bytes. A smaller response frees its thread at once, however slowly the client reads it.
BUFFER_LIMIT = 1024 * 1024


@dataclass(frozen=True)
class FilePart:
    """A part of a file, which is closed after sending."""

    file: IO[bytes]
    offset: int
    count: int


Part = bytes | FilePart
Send = Callable[[list[Part]], Coroutine[Any, Any, None]]


class ResponseSocket:
    """Replaces the socket that gunicorn's `Response` writes to. Used by one thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Send) -> None:
        self._loop = loop
        self._send = send
        self._buffer = bytearray()
        self._file: FilePart | None = None

    def sendall(self, data: bytes) -> None:
        """Collect bytes. Waits for the client where the response grows over BUFFER_LIMIT.

        Raises ConnectionError or TimeoutError where the client does not read it.
        """
        if self._file or len(self._buffer) >= BUFFER_LIMIT:
            asyncio.run_coroutine_threadsafe(self._send(self.take()), self._loop).result()
        self._buffer += data

    def send(self, data: bytes) -> int:
        """Collect bytes, like `sendall`."""
        self.sendall(data)
        return len(data)

    def sendfile(self, file: IO[bytes], offset: int, count: int) -> None:
        """Collect a part of a file."""
        # Duplicated, since the application closes its own handle before the event loop sends the file.
        own = os.fdopen(os.dup(file.fileno()), "rb")
        self._file = FilePart(own, offset, count)

    def take(self) -> list[Part]:
        """Return the collected parts in order, and start over."""
        parts: list[Part] = [bytes(self._buffer)]
        if self._file:
            parts.append(self._file)
        self._buffer, self._file = bytearray(), None
        return parts

    def close(self) -> None:
        """Close what was not taken."""
        if self._file:
            self._file.file.close()
