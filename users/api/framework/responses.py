"""Describe the responses of operations for the OpenAPI document: statuses, headers, examples."""

from __future__ import annotations

from typing import Any

from users.api.framework.examples import example
from users.api.framework.operation import Operation
from users.representation.schema import Schema
from users.web.envelope import envelope

# A key that cannot be restored without `force`, since it has changed again.
CONFLICT: Schema = {
    "type": "object",
    "required": ["path"],
    "properties": {
        "path": {"type": "string", "examples": ["app_metadata.plan"]},
        "now": {"description": "What it is; left out where it is not there."},
        "then": {"description": "What it was before the change; left out where it was not there."},
    },
}
ERROR: Schema = {
    "type": "object",
    "required": ["statusCode", "error", "message"],
    "properties": {
        "statusCode": {"type": "integer"},
        "error": {"type": "string"},
        "message": {"type": "string"},
        "errorCode": {"type": "string"},
        "attributes": {
            "type": "object",
            "properties": {
                "error": {"type": "string"},
                "conflicts": {"type": "array", "items": CONFLICT},
            },
        },
    },
}
# Every response header, by name.
HEADERS: dict[str, dict[str, Any]] = {
    name: {"description": text, "schema": {"type": kind}}
    for name, kind, text in (
        ("X-Request-ID", "string", "The request id: the client's, or a generated one."),
        ("x-ratelimit-limit", "integer", "Calls per second that the client may make."),
        ("x-ratelimit-remaining", "integer", "Calls left in this second."),
        ("x-ratelimit-reset", "integer", "When the limit resets, in UNIX seconds."),
        ("Retry-After", "integer", "Seconds to wait before trying again."),
        ("WWW-Authenticate", "string", "Bearer."),
        ("Cache-Control", "string", "no-store."),
        ("Allow", "string", "The supported methods."),
        ("Link", "string", "URL of the next page."),
        ("ETag", "string", "The user's version, for If-Match and If-None-Match."),
        ("Warning", "string", "That a document is large, or that a search scanned all users."),
    )
}
_COMMON_HEADERS = (
    "X-Request-ID",
    "Cache-Control",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
)
_BY_STATUS = {
    304: ("ETag",),
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}

# Every operation may answer these, whatever it does.
_COMMON_ERRORS = {
    400: "The request is invalid; the message names the field.",
    404: "There is nothing at this URL.",
    406: "The client accepts no application/json.",
    408: "The request took too long to arrive.",
    414: "The request line is longer than 16 kB.",
    429: "The client makes too many calls a second.",
    431: "The headers are too many or too long.",
    405: "The method is not supported here.",
    500: "Something went wrong on our side. It has been logged.",
    503: "The database is busy or not available, or a search took too long; see Retry-After.",
}
_WITH_TOKEN = {
    401: "The token is missing or invalid.",
    403: "The token lacks the scope, or the client may not access the user.",
}
_WITH_BODY = {
    411: "The WSGI server passed on a chunked body without its length. The bundled server assembles it.",
    413: "The body or a document is too large.",
    415: "The body is neither JSON nor a form.",
}


def responses(operation: Operation) -> dict[str, Any]:
    """Return the `responses` object of the operation."""
    # An operation's own descriptions replace the common ones of the same status.
    errors = {
        **_COMMON_ERRORS,
        **(_WITH_TOKEN if operation.scopes is not None else {}),
        **(_WITH_BODY if operation.body else {}),
        **{status: text for status, text in operation.answers.items() if status >= 400},
    }
    described = {operation.success: _success(operation)}
    described |= {
        status: {"description": text, "headers": _headers(*_BY_STATUS.get(status, ()))}
        for status, text in operation.answers.items()
        if status < 400
    }
    described |= {status: _error(status, text) for status, text in errors.items()}
    return {str(status): described[status] for status in sorted(described)}


def _success(operation: Operation) -> dict[str, Any]:
    more = (("ETag", "Warning") if operation.body else ("ETag",)) if operation.has_etag else ()
    answer: dict[str, Any] = {"description": "Done.", "headers": _headers(*more, *operation.headers)}
    if operation.schema is not None:
        content = {"schema": operation.schema, "example": example(operation.schema)}
        answer["content"] = {"application/json": content}
    return answer


def _error(status: int, text: str) -> dict[str, Any]:
    # By reference: repeated in each response, it would make most of the document.
    content = {"schema": {"$ref": "#/components/schemas/Error"}, "example": envelope(status, text)}
    return {
        "description": text,
        "headers": _headers(*_BY_STATUS.get(status, ())),
        "content": {"application/json": content},
    }


def _headers(*more: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*_COMMON_HEADERS, *more)}
