"""Every example of the OpenAPI document is one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from users.api.endpoints import ENDPOINTS
from users.api.framework.openapi import build_document

DESCRIBED = build_document(ENDPOINTS)


def examples(path: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Those of an address: where each stands, the example and its schema."""
    for method, operation in DESCRIBED["paths"][path].items():
        if method == "parameters":
            continue
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            if kind == "application/json":
                yield f"body of {method}", content["example"], content["schema"]
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {}).values():
                schema = {**content["schema"], "components": DESCRIBED["components"]}
                yield f"{status} of {method}", content["example"], schema


@pytest.mark.parametrize("path", DESCRIBED["paths"])
def test_each_example_is_as_its_schema_says(path):
    problems = {
        where: [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(value)]
        for where, value, schema in examples(path)
    }

    assert problems
    assert {where: found for where, found in problems.items() if found} == {}
    assert all(json.dumps(value) for _, value, _ in examples(path))


@pytest.mark.parametrize("path", list(ENDPOINTS))
def test_every_part_of_an_address_is_in_its_path(path):
    view = ENDPOINTS[path]

    assert set(view.path) <= {part.strip("{}") for part in path.split("/") if part.startswith("{")}
