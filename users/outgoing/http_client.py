"""One call to an address elsewhere.

With the standard library's client, since it does nothing unasked: it follows no redirects, asks no
proxy that the environment names, and connects where it is told.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from users.outgoing.ssrf_guard import InvalidTarget, SocketAddress, check_url, resolve_host

# Seconds for everything, from the first packet to the last.
DEADLINE = 10
# Bytes of an answer that are read, and characters of it that are kept where it is none of success.
MAX_RESPONSE_BYTES = 4096
MAX_RESPONSE_TEXT = 200


@dataclass(frozen=True)
class Outcome:
    """How it went. `code` is the status of the answer, None where there was none."""

    code: int | None = None
    error: str = ""
    milliseconds: int = 0

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver has it."""
        return self.code is not None and 200 <= self.code < 300


@dataclass(frozen=True)
class Message:
    """What is to be sent where."""

    url: str
    headers: dict[str, str]
    body: bytes


def send(message: Message) -> Outcome:
    """POST it. Whatever goes wrong is an outcome."""
    began = time.monotonic()
    code, error = None, ""
    try:
        code, text = _post(message)
        if not 200 <= code < 300:
            error = f"The receiver answered {code}. {text}"
    except InvalidTarget as bad:
        error = str(bad)
    except ssl.SSLCertVerificationError as bad:
        error = f"The certificate is no good: {bad.verify_message}"
    except (OSError, http.client.HTTPException, ValueError) as bad:
        is_late = time.monotonic() - began >= DEADLINE or isinstance(bad, TimeoutError)
        reason = str(bad) or type(bad).__name__
        error = f"No answer within {DEADLINE} seconds." if is_late else f"No answer: {reason}"
    return Outcome(code, error.strip()[:500], round((time.monotonic() - began) * 1000))


def _post(message: Message) -> tuple[int, str]:
    """The status of the answer, and how its text begins."""
    parts = check_url(message.url)
    is_secure = parts.scheme == "https"
    host, port = parts.hostname, parts.port or (443 if is_secure else 80)
    assert host, "check_url refuses a URL without a host"
    connection = _PinnedConnection(host, port, resolve_host(host, port), is_secure=is_secure)
    timer = threading.Timer(DEADLINE, connection.cut)
    timer.daemon = True
    timer.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, message.body, message.headers)
        answer = connection.getresponse()
        return answer.status, _printable(answer.read(MAX_RESPONSE_BYTES))
    finally:
        timer.cancel()
        connection.close()


class _PinnedConnection(http.client.HTTPConnection):
    """To these places and nowhere else; `host` is the name that the certificate must hold."""

    def __init__(self, host: str, port: int, places: list[SocketAddress], *, is_secure: bool) -> None:
        super().__init__(host, port, timeout=DEADLINE)
        self.default_port = 443 if is_secure else 80
        self._places = places
        self._is_secure = is_secure
        self._is_cut = False

    def connect(self) -> None:
        """To the first of the places that answers."""
        self.sock = self._open_socket()
        if self._is_secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()
        if self._is_cut:
            raise TimeoutError

    def cut(self) -> None:
        """Called from another thread: whatever is waited for, it is waited for no more."""
        self._is_cut = True
        # It may not be connected yet, or not any more.
        with suppress(AttributeError, OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def _open_socket(self) -> socket.socket:
        failure: OSError = ConnectionError()
        for family, place in self._places[:4]:
            reached = socket.socket(family, socket.SOCK_STREAM)
            reached.settimeout(DEADLINE / 2)
            try:
                reached.connect(place)
            except OSError as error:
                reached.close()
                failure = error
                if self._is_cut:
                    break
            else:
                reached.settimeout(DEADLINE)
                return reached
        raise failure


def _printable(text: bytes) -> str:
    shown = text.decode(errors="replace")
    return "".join(letter if letter.isprintable() else " " for letter in shown)[:MAX_RESPONSE_TEXT]
