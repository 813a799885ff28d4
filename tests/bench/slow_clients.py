"""Clients that hold connections: `python -m tests.bench.slow_clients PORT COUNT KIND`."""

from __future__ import annotations

import socket
import sys
import time
from contextlib import suppress
from itertools import cycle

# What a client of each kind sends first; it adds a byte each second, and reads nothing.
FIRST = {
    "idle": b"",
    "half a header": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ",
    "slow body": b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{",
    "slow chunks": b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"ea60\r\n{",
    "not reading": b"GET /static/users/js/bundle/code.js HTTP/1.1\r\nHost: localhost\r\n\r\n",
}
STEP_SECONDS = 1


class SlowClient:
    """Connects again whenever the server ends the connection."""

    def __init__(self, port: int, first: bytes) -> None:
        self._port = port
        self._first = first
        self._connect()

    def _connect(self) -> None:
        self._line = socket.socket()
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._line.connect(("127.0.0.1", self._port))
        self._line.setblocking(False)
        if self._first:
            self._line.send(self._first)

    def step(self) -> None:
        """Send one byte more, where bytes are sent at all."""
        if not self._first:
            return
        try:
            with suppress(BlockingIOError):
                self._line.send(b"a")
        except OSError:
            self._line.close()
            self._connect()


def main(port: int, count: int, kind: str) -> None:
    """Never returns."""
    clients = [SlowClient(port, FIRST[kind]) for _ in range(count)]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for client in cycle(clients):
        client.step()
        time.sleep(STEP_SECONDS / count)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
