"""The OpenAPI document, made from the table of endpoints."""

from __future__ import annotations

import re
from typing import Any

from users.api.operation import Operation
from users.api.view import View
from users.conf import conf
from users.normalized.schema import Schema
from users.tokens.scopes import CURRENT_USER_SCOPES, MACHINE_SCOPES

_ERROR: Schema = {
    "type": "object",
    "required": ["statusCode", "error", "message"],
    "properties": {
        "statusCode": {"type": "integer"},
        "error": {"type": "string"},
        "message": {"type": "string"},
        "errorCode": {"type": "string"},
    },
}
_ALWAYS = {
    400: "Something about the request breaks a rule; the message names the field.",
    401: "There is no token, or it is no good.",
    403: "The token lacks the scope, or the account is out of the client's reach.",
    429: "The client makes too many calls a second; Retry-After says when to go on.",
    503: "The database is busy.",
}


def document(endpoints: dict[str, type[View]]) -> dict[str, Any]:
    """OpenAPI 3.1 for these endpoints."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Profiledesk Management API", "version": "2"},
        "servers": [{"url": conf.management_audience.rstrip("/")}],
        "paths": {path: _path(path, view) for path, view in endpoints.items()},
        "components": {
            "schemas": {"Error": _ERROR},
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
            "schema": view.path.get(name, {"type": "string"}),
        }
        for name in re.findall(r"{(\w+)}", path)
    ]
    methods = {
        method.lower(): _operation(method, path, operation) for method, operation in view.operations.items()
    }
    return {**methods, **({"parameters": parameters} if parameters else {})}


def _operation(method: str, path: str, operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{method.lower()}{path}").strip("_"),
        "summary": operation.summary,
        "responses": _responses(operation),
        # Any one of the choices is enough, and a choice of several asks for all of them.
        "security": [{"token": choice.split()} for choice in operation.scopes or ()],
    }
    parameters = [_query(name, schema, operation) for name, schema in operation.query.items()]
    if 412 in operation.answers:
        parameters.append(
            {
                "name": "If-Match",
                "in": "header",
                "schema": {"type": "string"},
                "description": "Write only if the user's ETag is still one of these.",
            }
        )
    if parameters:
        described["parameters"] = parameters
    if operation.body:
        content = {"application/json": {"schema": operation.body}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _query(name: str, schema: Schema, operation: Operation) -> dict[str, Any]:
    schema = dict(schema)
    return {
        "name": name,
        "in": "query",
        "required": name in operation.required_query,
        "description": schema.pop("description", ""),
        "schema": schema,
    }


def _responses(operation: Operation) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done."}
    if operation.schema:
        success["content"] = {"application/json": {"schema": operation.schema}}
    if operation.has_etag:
        success["headers"] = {
            "ETag": {"schema": {"type": "string"}, "description": "The user's version, for If-Match."}
        }
    errors = {**(_ALWAYS if operation.scopes is not None else {}), **operation.answers}
    if operation.body:
        errors |= {413: "The body or a document is too large.", 415: "The body is not JSON."}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        str(operation.success): success,
        **{str(status): {"description": text, "content": content} for status, text in sorted(errors.items())},
    }
