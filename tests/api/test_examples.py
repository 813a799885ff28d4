"""Every example of the OpenAPI document is one."""

from __future__ import annotations

import json

import jsonschema
import pytest

from users.api.endpoints import ENDPOINTS
from users.api.framework.openapi import build_document


def examples():
    described = build_document(ENDPOINTS)
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if method == "parameters":
                continue
            where = f"{method.upper()} {path}"
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                if kind == "application/json":
                    yield pytest.param(content["example"], content["schema"], id=f"body of {where}")
            for status, answer in operation["responses"].items():
                for content in answer.get("content", {}).values():
                    schema = {**content["schema"], "components": described["components"]}
                    yield pytest.param(content["example"], schema, id=f"{status} of {where}")


@pytest.mark.parametrize(("value", "schema"), list(examples()))
def test_an_example_is_as_its_schema_says(value, schema):
    jsonschema.Draft202012Validator(schema).validate(value)
    json.dumps(value)


@pytest.mark.parametrize("path", list(ENDPOINTS))
def test_every_part_of_an_address_is_in_its_path(path):
    view = ENDPOINTS[path]

    assert set(view.path) <= {part.strip("{}") for part in path.split("/") if part.startswith("{")}
