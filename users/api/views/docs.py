"""`/api/v2/docs/`: the OpenAPI document as an HTML page. It loads nothing from other hosts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from users.api.framework.openapi import build_document
from users.api.framework.view import View
from users.conf import conf
from users.web.errors import error_json


def docs(request: HttpRequest, endpoints: dict[str, type[View]]) -> HttpResponse:
    """Render the page. Public, like the document itself; `endpoints` comes from the URL configuration."""
    # Not `require_safe`, whose 405 is an empty page instead of the API's envelope.
    if request.method not in ("GET", "HEAD"):
        refusal = error_json(request, 405, "Method Not Allowed")
        refusal["Allow"] = "GET"
        return refusal
    context = {
        "operations": list(_operations(build_document(endpoints))),
        "base": conf.management_audience.rstrip("/"),
        "token_url": f"{conf.issuer}oauth/token",
        "audience": conf.management_audience,
    }
    return render(request, "users/api/docs.html", context)


def _operations(described: dict[str, Any]) -> Any:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield _row(path, method, operation)


def _row(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """Return one operation as the template expects it."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "scopes": [scope for choice in operation["security"] for scope in choice["token"]],
        "parameters": operation.get("parameters", []),
        "body": [
            {"name": name, "type": _type(schema), "required": name in body.get("required", ()), **schema}
            for name, schema in (body or {}).get("properties", {}).items()
        ],
        "responses": [{"status": status, **response} for status, response in operation["responses"].items()],
    }


def _type(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "")
    return " or ".join(kind) if isinstance(kind, list) else kind
