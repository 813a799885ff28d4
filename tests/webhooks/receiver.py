"""A server elsewhere that receives events."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Call:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)


class Receiver:
    """On a port of its own. `answers` is called with each call and gives the status, and headers
    if it likes; it may take its time, or raise, which ends the connection. `body` is that of each answer."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answers: Callable[[Call], int | tuple[int, dict[str, str]]] = lambda call: 204
        self.body = b""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:
                    return  # the sender was killed meanwhile
                headers = {name.lower(): value for name, value in self.headers.items()}
                call = Call(self.path, headers, body)
                receiver.calls.append(call)
                answer = receiver.answers(call)
                status, more = answer if isinstance(answer, tuple) else (answer, {})
                self.send_response(status)
                for name, value in {"Content-Length": str(len(receiver.body)), **more}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(receiver.body)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.port = self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?of=tests"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [call.event for call in self.calls]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
