"""Every operation of the OpenAPI document, called with what its author would not think of."""

from __future__ import annotations

import itertools
import os
import re

import pytest
import schemathesis
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test.client import ClientHandler
from hypothesis import HealthCheck, settings
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.specs.openapi import checks

from tests.suites import DEPTH
from users.actions.authorizations.authorizations import create_authorization
from users.actions.authorizations.consents import give_consent
from users.actions.authorizations.refresh_tokens import Device, issue_refresh_token
from users.api.endpoints import ENDPOINTS
from users.api.framework.openapi import build_document
from users.models import Connection, ResourceServer, Session
from users.sign_in.session_store import SsoSessionStore, store_sign_in
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
# Calls of each operation. On PostgreSQL, which refuses more text than SQLite, `make test-deep` makes fewer
# as well: the calls are the same.
# CI makes the calls that follow from the schemas and their examples, and are the same at each run, on
# PostgreSQL alone: it refuses more values than SQLite.
HAS_FIXED_CALLS = DEPTH > 1 or "CI" not in os.environ or connection.vendor == "postgresql"
TIMES = 3 * DEPTH if DEPTH == 1 or connection.vendor == "postgresql" else 5 * DEPTH


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
    schema.config.phases.examples.enabled = schema.config.phases.coverage.enabled = HAS_FIXED_CALLS
    return schema


@pytest.fixture
def token(make_client, jane):
    return issue_machine_token(make_client(), MACHINE_SCOPES)


# What users' sign-ins leave behind and the configuration of sign-in, whose ids no generator guesses.
EXISTING = re.compile(
    r"^/(sessions|refresh-tokens|grants|clients|connections|resource-servers)/{"
    r"|^/users/{user_id}/(sessions|refresh-tokens|revoke-access)$"
)


@pytest.fixture
def make_ids(jane, make_client):
    """The ids of new objects, by the names that paths have for them."""

    def make() -> dict[str, str]:
        client, server = make_client(), ResourceServer.objects.management()
        store = SsoSessionStore()
        store[SESSION_KEY], store[HASH_SESSION_KEY] = str(jane.pk), jane.get_session_auth_hash()
        store_sign_in(store, ip="203.0.113.9", user_agent="Firefox 140")
        store.save()
        session = Session.objects.get(session_key=store.session_key)
        authorization = create_authorization(
            *(jane, client),
            connection=jane.connection,
            server=server,
            scope=["openid", "offline_access"],
            methods=["pwd"],
            session_id=session.session_id,
        )
        issue_refresh_token(authorization, device=Device(ip="203.0.113.9", user_agent="Firefox 140"))
        songs = ResourceServer.objects.create(name="Songs", identifier=f"https://{client.client_id}.example/")
        return {
            "user_id": jane.user_id,
            "session_id": session.session_id,
            "token_id": authorization.refresh_token.token_id,
            "grant_id": give_consent(jane, client, audience="", scope=["openid"]).consent_id,
            "client_id": client.client_id,
            "connection_id": Connection.objects.create(name=client.client_id).connection_id,
            "resource_server_id": songs.resource_server_id,
        }

    return make


@pytest.mark.hypothesis  # set by Hypothesis for tests that it sees: `make test-deep` runs them
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_call_breaks_it_or_is_answered_otherwise_than_described(path, method, schema, token, make_ids):
    numbers = itertools.count()
    ids: dict[str, str] = {}

    @settings(
        max_examples=TIMES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def call(case):
        # Every other call is about what exists, unless its path is what is wrong with it.
        if EXISTING.search(path) and next(numbers) % 2 == 0 and is_path_valid(case):
            if not ids or method in ("delete", "post"):
                ids.update(make_ids())
            case.path_parameters = {name: ids[name] for name in case.path_parameters}
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


def is_path_valid(case) -> bool:
    """Whether what is wrong with the call, if anything, is not its path."""
    part = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
    return part is not None and part.mode == GenerationMode.POSITIVE
