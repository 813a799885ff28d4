"""A server in a private network that rules may send requests to."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest


class Crm:
    """Records each request; `answer` is called with it and returns status, headers and body."""

    def __init__(self):
        self.calls = []
        self.answer = lambda call: (200, {"Content-Type": "application/json"}, b'{"plan": "gold"}')
        crm = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                call = SimpleNamespace(method=self.command, path=self.path, headers=headers, body=body)
                crm.calls.append(call)
                status, sent, content = crm.answer(call)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **sent}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content if self.command != "HEAD" else b"")

            def log_message(self, *_):
                pass

        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
            setattr(Handler, f"do_{method}", Handler.handle_any)

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}"


@pytest.fixture
def crm(settings):
    crm = Crm()
    settings.SCRIPT_PRIVATE_HOSTS = {crm.host}
    yield crm
    crm.server.shutdown()
    crm.server.server_close()
