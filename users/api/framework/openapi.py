"""Build the OpenAPI document from the table of endpoints."""

from __future__ import annotations

import re
from typing import Any

from users.api.framework.examples import example
from users.api.framework.operation import Operation
from users.api.framework.responses import ERROR, HEADERS, responses
from users.api.framework.view import View
from users.conf import conf
from users.representation.schema import Schema
from users.tokens.scopes import CURRENT_USER_SCOPES, MACHINE_SCOPES

# Path parameters that the views validate themselves.
_PATH: dict[str, Schema] = {
    "user_id": {
        "type": "string",
        "pattern": r"^[^|\x00]+\|[^\x00]+$",
        "examples": ["auth0|6600aa11bb22cc33dd44ee55"],
    },
}

# The request header that can lead to a response of this status.
_CONDITIONS = {
    304: ("If-None-Match", "Answer 304 without a body if the user's ETag is one of these."),
    412: ("If-Match", "Write only if the user's ETag is still one of these."),
}


def build_document(endpoints: dict[str, type[View]]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of these endpoints."""
    document: dict[str, Any] = _with_international_emails(_document(endpoints))
    return document


def _with_international_emails(part: Any) -> Any:
    """Replace the format `email` by `idn-email`.

    Our rule accepts letters of any script, which JSON Schema calls `idn-email`.
    """
    if isinstance(part, list):
        return [_with_international_emails(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    return {
        key: "idn-email" if (key, inner) == ("format", "email") else _with_international_emails(inner)
        for key, inner in part.items()
    }


def _document(endpoints: dict[str, type[View]]) -> dict[str, Any]:
    return {
        # 3.0 lacks JSON Schema's lists of types and `const`, which our schemas use.
        "openapi": "3.1.0",
        "info": {"title": "Profiledesk Management API", "version": "2"},
        "servers": [{"url": conf.management_audience.rstrip("/")}],
        "paths": {path: _path(path, view) for path, view in endpoints.items()},
        "components": {
            "schemas": {"Error": ERROR},
            "headers": HEADERS,
            "securitySchemes": {
                "token": {
                    "type": "oauth2",
                    "flows": {
                        "clientCredentials": {
                            "tokenUrl": f"{conf.issuer}oauth/token",
                            "scopes": {**MACHINE_SCOPES, **CURRENT_USER_SCOPES},
                        }
                    },
                }
            },
        },
    }


def _path(path: str, view: type[View]) -> dict[str, Any]:
    parameters = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": view.path.get(name, _PATH.get(name, {"type": "string"})),
        }
        for name in re.findall(r"{(\w+)}", path)
    ]
    methods = {
        method.lower(): _operation(method, path, operation) for method, operation in view.operations.items()
    }
    return {**methods, **({"parameters": parameters} if parameters else {})}


def _operation(method: str, path: str, operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        # Derived from method and path, so ids of generated clients stay stable.
        "operationId": re.sub(r"\W+", "_", f"{method.lower()}{path}").strip("_"),
        "summary": operation.summary,
        "responses": responses(operation),
        # OpenAPI's own logic: one entry of the list is enough, and all scopes within an entry are required.
        "security": [{"token": choice.split()} for choice in operation.scopes or ()],
    }
    parameters = [_query_parameter(name, schema, operation) for name, schema in operation.query.items()]
    parameters += [
        {"name": name, "in": "header", "schema": {"type": "string"}, "description": text}
        for status, (name, text) in _CONDITIONS.items()
        if status in operation.answers
    ]
    if parameters:
        described["parameters"] = parameters
    if operation.body:
        content = {
            media_type: _content(media_type, operation.body, operation.example)
            for media_type in operation.media_types
        }
        described["requestBody"] = {"required": True, "content": content}
    return described


# A form has no example of its own: the JSON one shows the same fields.
def _content(media_type: str, body: Schema, given_example: Any) -> dict[str, Any]:
    if media_type == "application/x-www-form-urlencoded":
        return {"schema": body, "encoding": _encoding(body)}
    return {"schema": body, "example": given_example or example(body)}


def _encoding(body: Schema) -> dict[str, Any]:
    """State that objects and lists in a form are encoded as JSON."""
    fields = body.get("properties", {}).items()
    as_json = {"contentType": "application/json"}
    return {name: as_json for name, field in fields if field.get("type") in ("object", "array")}


def _query_parameter(name: str, schema: Schema, operation: Operation) -> dict[str, Any]:
    schema = dict(schema)
    return {
        "name": name,
        "in": "query",
        # OpenAPI states this per parameter, JSON Schema per object.
        "required": name in operation.required_query,
        "description": schema.pop("description", ""),
        "schema": schema,
    }
