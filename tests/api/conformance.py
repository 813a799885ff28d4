"""Hold answers of the Management API against our own OpenAPI document."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema_rs
from django.http import HttpResponse

from users.api.endpoints import ENDPOINTS
from users.api.framework.openapi import build_document
from users.representation.emails import is_email

_PREFIX = "/api/v2"
_TEMPLATES = {view: template for template, view in ENDPOINTS.items()}


@cache
def openapi() -> dict[str, Any]:
    return build_document(ENDPOINTS)


def check_answer(response: HttpResponse) -> None:
    """Fail where the document does not describe this answer to this request."""
    request = response.wsgi_request
    if not request.path.startswith(f"{_PREFIX}/"):
        return
    view = getattr(getattr(request.resolver_match, "func", None), "view_class", None)
    template = _TEMPLATES.get(view)
    described = openapi()["paths"].get(template, {}).get(request.method.lower())
    if described is None:  # no such path or method
        if response.status_code >= 400:
            _check_error(response)
        return
    name = f"{request.method} {template} {response.status_code}"
    assert str(response.status_code) in described["responses"], f"{name} is not described"
    answer = described["responses"][str(response.status_code)]
    missing = [header for header in ("X-Request-ID", *_required(answer)) if header not in response.headers]
    assert not missing, f"{name} lacks {missing}"
    if response.status_code >= 400:
        _check_error(response)
    elif "content" not in answer:
        assert not response.content, f"{name} has a body"
    else:
        value = json.loads(response.content)
        problems = [
            f"{name} {list(error.instance_path)}: {error.message[-300:]}"
            for error in _validator(template, request.method.lower(), response.status_code).iter_errors(value)
        ]
        assert not problems, problems


def _required(answer: dict[str, Any]) -> list[str]:
    """The headers that such an answer always has."""
    return [name for name in ("WWW-Authenticate", "Retry-After", "Allow") if name in answer["headers"]]


def _check_error(response: HttpResponse) -> None:
    assert response["Content-Type"].startswith("application/json"), response["Content-Type"]
    body = json.loads(response.content) if response.content else None
    assert body is not None or response.wsgi_request.method == "HEAD"
    if body is not None:
        _error_validator().validate(body)
        assert body["statusCode"] == response.status_code


@cache
def _validator(template: str, method: str, status: int) -> jsonschema_rs.Validator:
    answer = openapi()["paths"][template][method]["responses"][str(status)]
    return _compile(answer["content"]["application/json"]["schema"])


@cache
def _error_validator() -> jsonschema_rs.Validator:
    return _compile({"$ref": "#/components/schemas/Error"})


def _compile(schema: dict[str, Any]) -> jsonschema_rs.Validator:
    whole = {**schema, "components": openapi()["components"]}
    return jsonschema_rs.Draft202012Validator(
        whole, validate_formats=True, formats={"idn-email": is_email, "uri": lambda text: ":" in text}
    )
