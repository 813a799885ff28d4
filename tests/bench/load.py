"""Ask a server as fast as it answers, over connections that are kept."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

CHUNK = 64 * 1024
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Refused(RuntimeError):
    """The server answered something else than success."""


@dataclass(frozen=True)
class Load:
    """How long each request took, in seconds, and how long all of it."""

    times: list[float]
    seconds: float


def load(port: int, make: Callable[[], bytes], *, connections: int, seconds: float, pause: float = 0) -> Load:
    """Send what `make` makes over `connections` at once, with a pause, in seconds, after each
    answer. Raises Refused."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        running = [
            pool.submit(_one_connection, port, make, begun + seconds, pause) for _ in range(connections)
        ]
        times = [taken for each in running for taken in each.result()]
    return Load(times, time.perf_counter() - begun)


def _one_connection(port: int, make: Callable[[], bytes], until: float, pause: float) -> list[float]:
    times = []
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begun = time.perf_counter()
        # At least one each, however short the round.
        while not times or begun < until:
            request = make()
            begun = time.perf_counter()
            line.sendall(request)
            _read_answer(line)
            times.append(time.perf_counter() - begun)
            if pause:
                time.sleep(pause)
    return times


def _read_answer(line: socket.socket) -> None:
    """By its length, which all that is measured here announces. A library would cost more than
    the server does."""
    head, body = b"", b""
    while not body and b"\r\n\r\n" not in head:
        head += _receive(line)
    head, _, body = head.partition(b"\r\n\r\n")
    left = int(_LENGTH.search(head)[1]) - len(body)
    while left > 0:
        chunk = _receive(line)
        body += chunk
        left -= len(chunk)
    if not head.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 201 ")):
        raise Refused(f"{head.splitlines()[0].decode()}: {body[:500].decode()}")


def _receive(line: socket.socket) -> bytes:
    chunk = line.recv(CHUNK)
    if not chunk:
        raise Refused("the server closed the connection")
    return chunk
