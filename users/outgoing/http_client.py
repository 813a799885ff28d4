"""The HTTP client for requests to URLs that users entered.

Made with the standard library's client, since it does nothing implicitly: it follows no redirects (which
could lead into the private network), reads no proxy from the environment, and connects to the IP addresses
it is given.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from users.outgoing.ssrf_guard import (
    InvalidTarget,
    NetworkPolicy,
    SocketAddress,
    check_url,
    resolve_host,
    webhook_policy,
)

# Deadline in seconds for the whole request. A socket timeout alone restarts with every byte, so that a slow
# receiver could hold a worker for ever.
DEADLINE = 10
# Limits of a response: bytes that are read, and characters of an error response that are stored. The body
# comes from another host and must not fill memory or the database.
MAX_RESPONSE_BYTES = 4096
MAX_RESPONSE_TEXT = 200
# Response headers that help to find out why a receiver refused, and characters of each that are stored. All
# others are left out, cookies above all.
HEADERS_OF_INTEREST = (
    *("Content-Type", "Date", "Server", "Via", "Location", "Retry-After", "Allow", "WWW-Authenticate"),
    *("X-Request-Id", "X-Correlation-Id", "CF-Ray"),
)
MAX_HEADER_LENGTH = 200


@dataclass(frozen=True)
class Outcome:
    """The result of a request. `code` is the status code of the response, None without a response;
    `headers` and `body` are the parts of the response that may be stored, the body up to
    MAX_RESPONSE_BYTES. `sent` is the body of the request, empty where none was made."""

    code: int | None = None
    error: str = ""
    milliseconds: int = 0
    sent: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver accepted it (2xx)."""
        return self.code is not None and 200 <= self.code < 300


@dataclass(frozen=True)
class Message:
    """A request to send."""

    url: str
    headers: dict[str, str]
    body: bytes


def send(message: Message) -> Outcome:
    """POST the message. Never raises for a failure of the network or the receiver: that is an outcome."""
    began = time.monotonic()
    code, error, body = None, "", ""
    headers: dict[str, str] = {}
    try:
        code, headers, body = _post(message)
        if not 200 <= code < 300:
            error = f"The receiver answered {code}. {_one_line(body)[:MAX_RESPONSE_TEXT]}"
    except InvalidTarget as bad:
        error = str(bad)
    except ssl.SSLCertVerificationError as bad:
        error = f"The certificate is not valid: {bad.verify_message}"
    except (OSError, http.client.HTTPException, ValueError) as bad:
        is_late = time.monotonic() - began >= DEADLINE or isinstance(bad, TimeoutError)
        reason = str(bad) or type(bad).__name__
        error = f"No answer within {DEADLINE} seconds." if is_late else f"No answer: {reason}"
    milliseconds = round((time.monotonic() - began) * 1000)
    return Outcome(code, error.strip()[:500], milliseconds, message.body, headers, body)


def _post(message: Message) -> tuple[int, dict[str, str], str]:
    """The status code of the response, its headers of interest, and the beginning of its body."""
    request = Request("POST", message.url, message.headers, message.body)
    answer = exchange(request, policy=webhook_policy(), seconds=DEADLINE, max_bytes=MAX_RESPONSE_BYTES)
    return answer.status, _headers_of_interest(answer), _printable(answer.body.decode(errors="replace"))


@dataclass(frozen=True)
class Request:
    """A request of any method."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None


@dataclass(frozen=True)
class Response:
    """A response; `body` is its beginning, up to the limit that was asked for."""

    status: int
    reason: str
    headers: http.client.HTTPMessage
    body: bytes


def exchange(request: Request, *, policy: NetworkPolicy, seconds: float, max_bytes: int) -> Response:
    """Send the request and read the response, all within so many seconds, except for the answer of a name
    server.

    Raises InvalidTarget for a URL that the policy refuses, OSError and HTTPException for a failed exchange,
    and ValueError for a method or a header that HTTP does not permit."""
    # Checked again at every request: the configuration may have changed since the URL was saved, and DNS may.
    parts = check_url(request.url, policy)
    is_secure = parts.scheme == "https"
    host, port = parts.hostname, parts.port or (443 if is_secure else 80)
    assert host, "check_url refuses a URL without a host"
    places = resolve_host(host, port, policy)
    connection = _PinnedConnection(host, port, places, is_secure=is_secure, seconds=seconds)
    # `http.client` has no deadline for a whole exchange, so another thread shuts the socket down.
    timer = threading.Timer(seconds, connection.cut)
    timer.daemon = True
    timer.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(request.method, path, request.body, request.headers)
        answer = connection.getresponse()
        return Response(answer.status, answer.reason, answer.headers, answer.read(max_bytes))
    finally:
        timer.cancel()
        connection.close()


class _PinnedConnection(http.client.HTTPConnection):
    """Connects to these IP addresses only and does not resolve the name again, against DNS rebinding;
    `host` is the name that the certificate must match."""

    def __init__(
        self, host: str, port: int, places: list[SocketAddress], *, is_secure: bool, seconds: float
    ) -> None:
        super().__init__(host, port, timeout=seconds)
        self._seconds = seconds
        self.default_port = 443 if is_secure else 80
        self._places = places
        self._is_secure = is_secure
        self._is_cut = False

    def connect(self) -> None:
        """Connect to the first address that accepts."""
        self.sock = self._open_socket()
        if self._is_secure:
            # The handshake runs after `self.sock` is set, so that `cut` can interrupt it as well.
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()
        # The deadline may have passed before there was a socket to shut down.
        if self._is_cut:
            raise TimeoutError

    def cut(self) -> None:
        """Called from another thread: abort whatever the connection waits for."""
        self._is_cut = True
        # The socket may not exist yet, or be closed already.
        with suppress(AttributeError, OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def _open_socket(self) -> socket.socket:
        failure: OSError = ConnectionError()
        # A name may resolve to any number of addresses; each may cost half the deadline.
        for family, place in self._places[:4]:
            reached = socket.socket(family, socket.SOCK_STREAM)
            reached.settimeout(self._seconds / 2)
            try:
                reached.connect(place)
            except OSError as error:
                reached.close()
                failure = error
                if self._is_cut:
                    break
            else:
                reached.settimeout(self._seconds)
                return reached
        raise failure


def _headers_of_interest(answer: Response) -> dict[str, str]:
    found = {name: ", ".join(answer.headers.get_all(name, [])) for name in HEADERS_OF_INTEREST}
    return {name: _one_line(value)[:MAX_HEADER_LENGTH] for name, value in found.items() if value}


def _printable(text: str) -> str:
    """Control characters of a response must not reach pages, logs or the database (log injection); line
    breaks and tabs stay."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else " " for letter in text)


def _one_line(text: str) -> str:
    return _printable(text).translate({ord("\n"): " ", ord("\t"): " "})
