"""The parent's end of the socket to a worker process: messages with a deadline, in both directions at
once."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Sequence

from users.javascript import frames

_PIECE = 256 * 1024


class WorkerLost(Exception):
    """The process ended, or broke the protocol. It can run no more scripts."""


class WorkerLate(Exception):
    """The deadline has passed."""


class Channel:
    """One socket. `end` is a deadline of `time.monotonic`; a process that is past it can only be killed."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._connection = connection
        # `poll`, since `select` accepts no descriptor above 1023, and a web server may have more.
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)
        self._received = bytearray()

    def close(self) -> None:
        self._connection.close()

    def send(self, parts: Sequence[bytes], end: float) -> None:
        """Raises WorkerLost, WorkerLate."""
        rest = memoryview(frames.pack(parts))
        while rest:
            # Reads meanwhile: the process may be sending as well, and would wait for us as we wait for it.
            self._wait(select.POLLIN | select.POLLOUT, end)
            try:
                rest = rest[self._connection.send(rest) :]
            except BlockingIOError:
                self._read()
            except OSError:
                raise WorkerLost from None

    def receive(self, end: float, max_bytes: int) -> list[bytes]:
        """The next message, of at most so many bytes. Raises WorkerLost, WorkerLate."""
        header = self._take(frames.HEADER_BYTES, end)
        length = frames.read_length(header)
        # A process in which a script has broken out of the engine could send anything.
        if length > max_bytes:
            raise WorkerLost
        try:
            return frames.unpack(self._take(length, end))
        except frames.BadFrame:
            raise WorkerLost from None

    def _take(self, length: int, end: float) -> bytes:
        while len(self._received) < length:
            self._wait(select.POLLIN, end)
            self._read()
        taken = bytes(self._received[:length])
        del self._received[:length]
        return taken

    def _wait(self, for_what: int, end: float) -> None:
        self._poll.modify(self._connection, for_what)
        if not self._poll.poll(max(0, end - time.monotonic()) * 1000):
            raise WorkerLate

    def _read(self) -> None:
        try:
            piece = self._connection.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            raise WorkerLost from None
        if not piece:
            raise WorkerLost
        self._received += piece
