"""A gunicorn worker whose threads handle complete requests only.

An asyncio event loop receives each request and sends each response; a thread runs the application and never
waits for a client. However many clients are slow, each costs a socket and a little memory. The application
stays WSGI.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import time
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from socket import socket
from typing import Any
from urllib.parse import unquote

from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http.message import Request
from gunicorn.sock import ssl_context
from gunicorn.workers.base import Worker

from config.server.connection import Connection, State
from config.server.request import Spool
from users.web.body_limit import body_limit

# Bytes for the request bodies that one worker process is receiving.
SPOOL_BYTES = 1024 * 1024 * 1024
# Settings of gunicorn that this worker does not implement: only their defaults are accepted.
UNSUPPORTED = (
    "proxy_protocol",
    "protocol",
    "http_protocols",
    "http2_cleartext",
    "pre_request",
    "post_request",
)
# Open files of a worker other than those of its connections.
OTHER_FILES = 128
# A socket per connection, and a temporary file for a long request.
FILES_PER_CONNECTION = 2
# Seconds that a stopping worker waits for requests that are arriving.
STOP_SECONDS = 2
# Seconds between the heartbeats by which the master knows that a worker is alive.
HEARTBEAT_SECONDS = 1
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


class BufferedWorker(Worker):
    """An event loop in the main thread, and `threads` threads for the application."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.threads = ThreadPoolExecutor(self.cfg.threads)
        self.spool = Spool(SPOOL_BYTES)
        self._connections: dict[asyncio.Task[None], Connection] = {}
        self._max_connections = self.cfg.worker_connections
        self._is_accepting = False

    @classmethod
    def check_config(cls, config: Config, log: Logger) -> None:
        """Check the settings, in the master. Raises RuntimeError, which gunicorn prints before it exits."""
        changed = [
            name for name in UNSUPPORTED if config.settings[name].get() != Config().settings[name].get()
        ]
        if changed:
            raise RuntimeError(
                f"The server does not support these settings of gunicorn: {', '.join(changed)}."
                " Remove them. It speaks HTTP/1.1, and the proxy in front of it has to as well."
            )

    def run(self) -> None:
        """Serve until a signal, the reloader or `max_requests` stops it."""
        self._max_connections = min(self.cfg.worker_connections, _allow_files(self.cfg.worker_connections))
        asyncio.run(self._run())

    def body_limit(self, request: Request) -> int:
        """Return the maximum size in bytes of the request's body."""
        return body_limit(unquote(request.path or ""))

    def count_request(self) -> bool:
        """Count a request. Return False where the worker is stopping, so that the connection closes."""
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.log.info("Autorestarting worker after current request.")
            self._loop.call_soon_threadsafe(self._stop)
            return False
        return self.alive

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Use `loop`, which is running."""
        self._loop = loop
        self._stopped = asyncio.Event()
        self.tls = ssl_context(self.cfg) if self.cfg.is_ssl else None

    async def _run(self) -> None:
        self.attach(asyncio.get_running_loop())
        # Ctrl-C stops gracefully, as SIGTERM does. Handled in the loop, a signal never interrupts code that
        # holds a lock.
        for number in STOP_SIGNALS:
            self._loop.add_signal_handler(number, self._stop)
        while self.alive and self.ppid == os.getppid():
            self.notify()
            self._resume()
            await self._wait(self._stopped.wait(), HEARTBEAT_SECONDS)
        self.alive = False
        await self._finish()
        # A terminal sends Ctrl-C to the worker too, and the master then adds SIGQUIT, which must not
        # interrupt the shutdown.
        for number in STOP_SIGNALS:
            self._loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN)

    def _stop(self) -> None:
        self.alive = False
        self._stopped.set()

    async def _finish(self) -> None:
        """Finish requests in progress, for at most `graceful_timeout` seconds."""
        self._set_accepting(False)
        for listener in self.sockets:
            listener.close()
        begun = time.monotonic()
        while self._connections and time.monotonic() < begun + self.cfg.graceful_timeout:
            self.notify()
            await self._wait(asyncio.wait(self._connections), HEARTBEAT_SECONDS)
            if time.monotonic() >= begun + STOP_SECONDS:
                for task, connection in list(self._connections.items()):
                    if connection.state in (State.IDLE, State.RECEIVING, State.CLOSING):
                        task.cancel()
        self.threads.shutdown(wait=False, cancel_futures=True)

    async def _wait(self, event: Awaitable[Any], seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event

    def _set_accepting(self, accept: bool) -> None:
        if accept == self._is_accepting:
            return
        self._is_accepting = accept
        for listener in self.sockets:
            if accept:
                listener.setblocking(False)
                self._loop.add_reader(listener, self._accept, listener)
            else:
                self._loop.remove_reader(listener)

    def _accept(self, listener: socket) -> None:
        """Accept one connection at a time, so that connections spread over the workers."""
        if len(self._connections) >= self._max_connections and not self._make_room():
            self._set_accepting(False)  # until a connection ends
            return
        try:
            client, _ = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as error:  # too many open files, in this process or system-wide
            self.log.error("Cannot accept a connection: %s", error)
            self._set_accepting(False)  # until the next heartbeat
            return
        client.setblocking(False)
        self.serve(client)

    def serve(self, client: socket) -> asyncio.Task[None]:
        """Serve a client connection in the event loop."""
        connection = Connection(self, client)
        task = self._loop.create_task(connection.serve())
        self._connections[task] = connection
        task.add_done_callback(self._remove_connection)
        return task

    def _make_room(self) -> bool:
        """Close the connection that has been idle, receiving or sending longest.

        Return False where all are being answered. So clients that hold connections open cannot keep others
        out.
        """
        waiting = [
            (connection.since, number, task)
            for number, (task, connection) in enumerate(self._connections.items())
            if connection.state is not State.ANSWERING and not task.cancelling()
        ]
        if not waiting:
            return False
        min(waiting)[2].cancel()
        return True

    def _remove_connection(self, task: asyncio.Task[None]) -> None:
        del self._connections[task]
        if not task.cancelled() and task.exception():
            self.log.error("Connection failed", exc_info=task.exception())
        self._resume()

    def _resume(self) -> None:
        if self.alive:
            self._set_accepting(True)


def _allow_files(connections: int) -> int:
    """Raise the limit of open files as needed for `connections`, and return how many it allows.

    Many systems start with 1,024 files, macOS with 256.
    """
    wanted = connections * FILES_PER_CONNECTION + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        new = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (new, hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max((soft - OTHER_FILES) // FILES_PER_CONNECTION, 1)
