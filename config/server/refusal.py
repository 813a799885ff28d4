"""Responses to requests that never reach Django: malformed, too large or too slow."""

from __future__ import annotations

import html
import json
from http import HTTPStatus
from urllib.parse import urlsplit

from gunicorn.http import errors
from gunicorn.util import http_date

from config.server.request import HEAD_LIMIT, LINE_LIMIT, SpoolFull
from users.web.envelope import envelope, oauth_envelope
from users.web.json_paths import is_api, is_oauth

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<h1>{title}</h1>
<p>{message}</p>
</html>
"""
RETRY_SECONDS = 10


def refuse(head: bytes, error: Exception, request_id: str) -> tuple[int, bytes]:
    """Return status and complete response for a request of which `head` was read.

    JSON in Auth0's form for API paths and in OAuth's for the token endpoint, else HTML.
    """
    status, message = _explain(error)
    content_type, body = _body(_path(head), status, message)
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Date: {http_date()}",
        "Connection: close",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        f"X-Request-ID: {request_id}",
        "Cache-Control: no-store",
        "Content-Security-Policy: default-src 'none'",
        "X-Content-Type-Options: nosniff",
        *([f"Retry-After: {RETRY_SECONDS}"] if status == HTTPStatus.SERVICE_UNAVAILABLE else []),
    ]
    # A response to HEAD has no body, even with a Content-Length.
    content = b"" if head.startswith(b"HEAD ") else body
    return status.value, "\r\n".join([*lines, "", ""]).encode() + content


def _explain(error: Exception) -> tuple[HTTPStatus, str]:
    match error:
        case errors.LimitRequestLine():
            return HTTPStatus.REQUEST_URI_TOO_LONG, (
                f"The request line is longer than {LINE_LIMIT} bytes. Ask for less at once."
            )
        case errors.LimitRequestHeaders():
            return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, (
                f"The request headers are too many, one is longer than 8190 bytes, or they are"
                f" longer than {HEAD_LIMIT} bytes together. Send fewer or shorter ones."
            )
        case TimeoutError():
            return HTTPStatus.REQUEST_TIMEOUT, "The request took too long to arrive. Send it again."
        case SpoolFull():
            return HTTPStatus.SERVICE_UNAVAILABLE, "Too many large requests at once. Send it again later."
        case errors.UnsupportedTransferCoding():
            return HTTPStatus.NOT_IMPLEMENTED, "Of transfer codings, only `chunked` is supported."
        case errors.InvalidHTTPVersion():
            return HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "Send the request as HTTP/1.1."
        case errors.ExpectationFailed():
            return HTTPStatus.EXPECTATION_FAILED, "Of expectations, only `100-continue` is supported."
        case errors.ParseException():
            return HTTPStatus.BAD_REQUEST, f"This is not a valid HTTP request. {error}"
        case _:
            return HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side. It has been logged."


def _path(head: bytes) -> str:
    """Return the path of a request line, which may be incomplete."""
    target = head.lstrip(b"\r\n").partition(b"\n")[0].split(b" ")[1:2]
    try:
        return urlsplit(target[0].decode("latin-1")).path if target else ""
    except ValueError:
        return ""


def _body(path: str, status: HTTPStatus, message: str) -> tuple[str, bytes]:
    if is_api(path):
        form = oauth_envelope(message) if is_oauth(path) else envelope(status.value, message)
        return "application/json; charset=utf-8", json.dumps(form).encode()
    page = _PAGE.format(title=status.phrase, message=html.escape(message))
    return "text/html; charset=utf-8", page.encode()
