"""Every operation of the OpenAPI document, called with what its author would not think of."""

from __future__ import annotations

import pytest
import schemathesis
from django.db import connection
from django.test.client import ClientHandler
from hypothesis import HealthCheck, settings
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.specs.openapi import checks

from tests.suites import DEPTH
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
# On PostgreSQL, which refuses more text than SQLite, a few are enough: the calls are the same.
TIMES = (3 if connection.vendor == "postgresql" else 5) * DEPTH


def application(environ, start_response):
    """The project as a WSGI server calls it, within the test's transaction."""
    response = ClientHandler(enforce_csrf_checks=False)(environ)
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [response.content]


OPENAPI = build_document(ENDPOINTS)
OPERATIONS = [
    pytest.param(path, method, id=f"{method.upper()} {path}")
    for path, methods in OPENAPI["paths"].items()
    for method in methods
    if method != "parameters"
]


@pytest.fixture(scope="module")
def schema():
    schema = schemathesis.openapi.from_dict(OPENAPI)
    schema.app = application
    return schema


@pytest.fixture
def token(make_client, jane):
    return issue_machine_token(make_client(), MACHINE_SCOPES)


@pytest.mark.hypothesis  # set by Hypothesis for tests that it sees: `make test-deep` runs them
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_call_breaks_it_or_is_answered_otherwise_than_described(path, method, schema, token):
    @settings(
        max_examples=TIMES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def call(case):
        # What is wrong with a value can get lost on its way into a form.
        refused = [] if case.media_type == FORM else [checks.negative_data_rejection]
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=[*CHECKS, *refused])

    # As `schema.parametrize()` does, which makes up the calls of every operation already when the tests are
    # collected: in each worker, and whether they are run or not.
    build_operation_test(
        config=schema.config,
        operation=schema[path][method],
        test_func=call,
        given_kwargs={},
        feedback=FeedbackSources(),
    )()
