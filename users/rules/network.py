"""The HTTP requests of rules: `request`, `axios`, `node-fetch` and `fetch` all lead here, in the web process.

Only hosts that an administrator has listed can be reached (SCRIPT_HOSTS, and SCRIPT_PRIVATE_HOSTS for private
networks). Redirects are followed here, so that each is checked as the first URL was.
"""

from __future__ import annotations

import base64
import http.client
import re
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from users.conf import conf
from users.javascript.answers import printable
from users.javascript.script import Json, ScriptCallRefused
from users.outgoing.http_client import Request, Response, exchange
from users.outgoing.ssrf_guard import InvalidTarget, NetworkPolicy

# Seconds of one request with its redirects, and bytes of its body and of that of its answer.
SECONDS = 3
MAX_BYTES = 256 * 1024
MAX_REDIRECTS = 5
MAX_HEADERS = 50
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
REDIRECTS = (301, 302, 303, 307, 308)
# Of the connection, which is ours. Answers are not decompressed: none is asked for.
OWN_HEADERS = frozenset(
    {
        *(
            "accept-encoding",
            "connection",
            "content-length",
            "expect",
            "host",
            "keep-alive",
            "proxy-authorization",
        ),
        *("proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    }
)
# The standard library's client sends names with white space at their end, and values of several lines: a
# server may read either as another header (request smuggling). Source: RFC 9110, sections 5.1 and 5.5.
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
# They were meant for the first host, not for another one that it redirects to.
SECRET_HEADERS = ("authorization", "cookie")
# Schemes with their ports.
PORTS = {"https": 443, "http": 80}


def send_request(arguments: list[Json], *, seconds: float) -> Json:
    """Answer the call "http" of a script: its only argument is `{method, url, headers, body | base64,
    followRedirects}`. Returns `{status, statusText, headers, url, body | base64}`: text if the answer is
    UTF-8.

    Takes at most so many seconds, and SECONDS. Raises ScriptCallRefused, whose text the script gets.
    """
    request, follows_redirects = read_request(arguments)
    limit = min(seconds, SECONDS)
    return _within(limit, lambda: _send(request, follows_redirects, time.monotonic() + limit))


def read_request(arguments: list[Json]) -> tuple[Request, bool]:
    """The request, and whether it follows redirects. Raises ScriptCallRefused."""
    message = arguments[0] if arguments else None
    if not isinstance(message, dict):
        raise ScriptCallRefused("A request is an object.")
    method, url, headers = message.get("method"), message.get("url"), message.get("headers")
    if method not in METHODS:
        raise ScriptCallRefused(f"The method must be one of {', '.join(METHODS)}.")
    if not isinstance(url, str) or not isinstance(headers, dict) or len(headers) > MAX_HEADERS:
        raise ScriptCallRefused(f"A request has a url and at most {MAX_HEADERS} headers.")
    sent = {name: str(value) for name, value in headers.items() if name.lower() not in OWN_HEADERS}
    if bad := [name for name, value in sent.items() if not _is_header(name, value)]:
        raise ScriptCallRefused(f"HTTP does not permit the header {printable(bad[0])[:100]}, or its value.")
    body = _read_body(message)
    if body and len(body) > MAX_BYTES:
        raise ScriptCallRefused(f"The body must have at most {MAX_BYTES} bytes.")
    # Without its fragment, which is not sent.
    return Request(method, url.partition("#")[0], sent, body), message.get("followRedirects") is not False


def _is_header(name: str, value: str) -> bool:
    return bool(HEADER_NAME.fullmatch(name) and HEADER_VALUE.fullmatch(value))


def _read_body(message: dict[str, Any]) -> bytes | None:
    text, encoded = message.get("body"), message.get("base64")
    if isinstance(encoded, str):
        try:
            return base64.b64decode(encoded, validate=True)
        except ValueError:  # also for characters beyond ASCII
            raise ScriptCallRefused("The body is not valid base64.") from None
    return text.encode(errors="replace") if isinstance(text, str) else None


def _send(request: Request, follows_redirects: bool, end: float) -> Json:
    for _ in range(MAX_REDIRECTS + 1):
        answer = _exchange(request, end)
        location = answer.headers.get("Location")
        if not (follows_redirects and answer.status in REDIRECTS and location):
            return _write_answer(request, answer)
        request = _redirect(request, answer.status, location)
    raise ScriptCallRefused(f"The host redirects more than {MAX_REDIRECTS} times.")


def _exchange(request: Request, end: float) -> Response:
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise ScriptCallRefused("No answer in time.")
    try:
        policy = _find_policy(urlsplit(request.url))
        return exchange(request, policy=policy, seconds=seconds, max_bytes=MAX_BYTES + 1)
    except InvalidTarget as refused:
        raise ScriptCallRefused(str(refused)) from None
    except ssl.SSLCertVerificationError as error:
        raise ScriptCallRefused(f"The certificate is not valid: {error.verify_message}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        # At the deadline the connection is cut, which is any of these errors.
        is_late = isinstance(error, TimeoutError) or time.monotonic() >= end
        reason = "No answer in time." if is_late else f"No answer: {str(error) or type(error).__name__}"
        raise ScriptCallRefused(reason) from None


def _find_policy(parts: SplitResult) -> NetworkPolicy:
    """How the URL may be called. Raises InvalidTarget (a ValueError, as a port that is no number is)."""
    host, port = (parts.hostname or "").rstrip("."), parts.port or PORTS.get(parts.scheme, 0)
    if f"{host}:{port}" in conf.script_private_hosts:
        return NetworkPolicy(allows_private=True, refusal="")
    named = f"{host}:{port}"
    if any(_matches(pattern, host, port) for pattern in conf.script_hosts):
        refusal = f"{named} is in a private network; SCRIPT_PRIVATE_HOSTS would allow it."
        return NetworkPolicy(allows_private=False, refusal=refusal)
    raise InvalidTarget(f"Scripts may not send requests to {named}: SCRIPT_HOSTS does not list it.")


def _matches(pattern: str, host: str, port: int) -> bool:
    """Whether a host is one of the setting's: `api.example.com`, `api.example.com:8443`, `*.example.com`."""
    name, _, own_port = pattern.partition(":")
    if port != int(own_port or PORTS["https"]):
        return False
    return host.endswith(name[1:]) and host != name[1:] if name.startswith("*.") else host == name


def _redirect(request: Request, status: int, location: str) -> Request:
    """The request that follows a redirect, as browsers make it. Raises ScriptCallRefused."""
    try:
        url = urljoin(request.url, location).partition("#")[0]
    except ValueError:
        raise ScriptCallRefused("The host redirects to what is no URL.") from None
    method, body, headers = request.method, request.body, request.headers
    if status == 303 or (status in (301, 302) and method == "POST"):
        method, body = ("HEAD" if method == "HEAD" else "GET"), None
        headers = {name: value for name, value in headers.items() if not name.lower().startswith("content-")}
    if urlsplit(url)[:2] != urlsplit(request.url)[:2]:
        headers = {name: value for name, value in headers.items() if name.lower() not in SECRET_HEADERS}
    return Request(method, url, headers, body)


def _write_answer(request: Request, answer: Response) -> Json:
    if len(answer.body) > MAX_BYTES:
        raise ScriptCallRefused(f"The answer has more than {MAX_BYTES} bytes.")
    headers: dict[str, str] = {}
    for name, value in answer.headers.items():
        known = headers.get(name.lower())
        headers[name.lower()] = value if known is None else f"{known}, {value}"
    written = {"status": answer.status, "statusText": answer.reason, "headers": headers, "url": request.url}
    try:
        return written | {"body": answer.body.decode()}
    except UnicodeDecodeError:
        return written | {"base64": base64.b64encode(answer.body).decode()}


def _within(seconds: float, send: Callable[[], Json]) -> Json:
    """The answer, if it comes in so many seconds: a name server cannot be interrupted, so it is asked in a
    thread."""
    found: list[Json] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            found.append(send())
        except BaseException as error:  # handed to the caller, in its thread
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds + 0.1)
    if errors:
        raise errors[0]
    if not found:
        raise ScriptCallRefused("No answer in time.")
    return found[0]
