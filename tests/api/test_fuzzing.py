"""Every operation of the OpenAPI document, called with what its author would not think of."""

from __future__ import annotations

import os

import pytest
import schemathesis
from django.test.client import ClientHandler
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi import checks

from users.api.endpoints import ENDPOINTS
from users.api.framework.openapi import build_document
from users.tokens.issue import issue_machine_token
from users.tokens.scopes import MACHINE_SCOPES

CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
    checks.ignored_auth,
]
FORM = "application/x-www-form-urlencoded"
TIMES = int(os.environ.get("FUZZING_EXAMPLES", "8"))


def application(environ, start_response):
    """The project as a WSGI server calls it, within the test's transaction."""
    response = ClientHandler(enforce_csrf_checks=False)(environ)
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [response.content]


schema = schemathesis.openapi.from_dict(build_document(ENDPOINTS))
schema.app = application


@pytest.fixture
def token(make_client, jane):
    return issue_machine_token(make_client(), MACHINE_SCOPES)


@schema.parametrize()
@settings(
    max_examples=TIMES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_call_breaks_it_or_is_answered_otherwise_than_described(case, token):
    # What is wrong with a value can get lost on its way into a form.
    refused = [] if case.media_type == FORM else [checks.negative_data_rejection]
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=[*CHECKS, *refused])
