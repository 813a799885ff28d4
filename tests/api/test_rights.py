"""Who may call what: every operation of the API against every kind of token."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client as Browser
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.api.answers import CONNECTION, problem
from tests.second_factor import enrol
from tests.user_tokens import issue_user_token
from users.actions.access.clients import make_client as make_client_row
from users.actions.access.roles import add_role_permissions, create_role
from users.actions.account.assign_permissions import assign_permissions
from users.actions.account.assign_roles import assign_roles
from users.actions.account.block_user import block_user
from users.actions.account.create_user import create_user
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.identities import link
from users.actions.authorizations.authorizations import create_authorization
from users.actions.rules.configs import set_config
from users.actions.rules.rules import create_rule
from users.actions.search_setup.indexed_keys import index_key
from users.api.endpoints import ENDPOINTS
from users.conf import conf
from users.log.position import LogPosition
from users.log.read import whole_log
from users.models import (
    Authorization,
    Client,
    ClientGrant,
    Connection,
    Consent,
    Job,
    RefreshToken,
    ResourceServer,
    Session,
    User,
)
from users.representation.authentication_methods import method_id
from users.representation.enrollments import enrolled_factors
from users.rights.actor import command_actor
from users.tokens.issue import issue_machine_token, sign
from users.tokens.keys import signing_key
from users.tokens.scopes import CURRENT_USER_SCOPES, MACHINE_SCOPES

NOBODY = "auth0|nobody"
NAMES = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Example:
    """A request that succeeds, the choices of scopes that open it for a client, and those that
    open it for people's own tokens. `given` makes what the request needs besides Jane, and gives
    the parts of its path, query and body that are named in braces."""

    scopes: tuple[str, ...]
    success: int
    own: tuple[str, ...] = ()
    query: str = ""
    body: Any = field(default=None, hash=False)
    own_body: dict[str, Any] | None = field(default=None, hash=False)
    # Instead of JSON: a body in parts, by PARTS.
    parts: str = ""
    given: Callable[[User], dict[str, str]] = lambda jane: {}


PARTS = "multipart/form-data; boundary=x"
IMPORTED = (
    '--x\r\nContent-Disposition: form-data; name="users"; filename="users.json"\r\n\r\n[]\r\n'
    '--x\r\nContent-Disposition: form-data; name="connection_id"\r\n\r\n{connection_id}\r\n--x--\r\n'
)


def a_database(jane):
    return {"connection_id": jane.connection.connection_id}


def a_server(jane):
    server = ResourceServer.objects.create(
        name="Songs", identifier="https://api.example/", scopes=[{"value": "read:songs"}]
    )
    return {"resource_server_id": server.resource_server_id, "audience": server.audience}


def a_client(jane):
    client, _ = make_client_row(actor=command_actor("tests"), name="Till")
    return {"client_id": client.client_id, **a_server(jane)}


def a_grant(jane):
    server = ResourceServer.objects.get(resource_server_id=a_server(jane)["resource_server_id"])
    client, _ = make_client_row(actor=command_actor("tests"), name="Till")
    return {"grant_id": ClientGrant.objects.create(client=client, resource_server=server).grant_id}


def a_role(jane):
    """A role, and one that Jane has and that permits something; she may do something besides."""
    api = a_server(jane)["audience"]
    editor, viewer = (
        create_role(actor=command_actor("tests"), name=name, name_folded=name)
        for name in ("editor", "viewer")
    )
    held = frozenset({(api, "read:songs")})
    add_role_permissions(viewer, held, actor=command_actor("tests"))
    assign_permissions(jane, held, actor=command_actor("tests"))
    assign_roles([jane.user_id], [viewer.role_id], actor=command_actor("tests"))
    return {"id": editor.role_id, "held": viewer.role_id, "audience": api}


RULE = {"name": "Hobby", "script": "(user, context, done) => done(null, user, context)"}


def a_rule(jane):
    return {"id": create_rule(actor=command_actor("tests"), **RULE).rule_id}


def a_rules_config(jane):
    return {"key": set_config("SLACK_URL", "x", actor=command_actor("tests")).key}


def a_permitted_role(jane):
    """One that permits something."""
    role = a_role(jane)
    return {**role, "id": role["held"]}


def a_factor(jane):
    return {"provider": "google-authenticator"}


def an_app(jane):
    """An authenticator app that Jane has enrolled."""
    enrol(jane)
    return {"method_id": method_id(enrolled_factors(jane)[0])}


def a_session(jane):
    """A browser in which Jane is signed in."""
    Browser().force_login(jane)
    return {"session_id": Session.objects.get(user=jane).session_id}


def an_application(jane) -> Authorization:
    """To which Jane has signed in, and which may refresh its tokens."""
    authorization = create_authorization(
        jane, Client.objects.get(), connection=jane.connection, server=None, scope=["openid"], methods=["pwd"]
    )
    RefreshToken.objects.create(authorization=authorization, family_hash="a" * 64, is_rotating=True)
    return authorization


def a_refresh_token(jane):
    return {"token_id": an_application(jane).refresh_token.token_id}


def a_consent(jane):
    consent = Consent.objects.create(user=jane, client=Client.objects.get(), scope=["openid"])
    return {"grant_id": consent.consent_id}


ROLES = {"roles": ["{id}", "{held}"]}
PERMISSIONS = {"permissions": [{"resource_server_identifier": "{audience}", "permission_name": "read:songs"}]}


def a_connection(jane):
    """Without users."""
    return {"connection_id": Connection.objects.create(name="Empty").connection_id}


def a_connection_and_client(jane):
    return {**a_client(jane), **a_connection(jane)}


def a_job(jane):
    return {"id": Job.objects.create(kind=Job.Kind.VERIFICATION_EMAIL, user=jane).job_id}


def a_log_entry(jane):
    return {"id": LogPosition.of(jane.changes.first()).log_id}


def a_change(jane):
    """Of what each of the scopes may change, and the moment before it."""
    edit_user(jane, Edit(documents={"app_metadata": Patch({"plan": "free"})}), actor=command_actor("tests"))
    return {"change_id": str(jane.changes.first().pk), "at": f"{jane.updated_at:%Y-%m-%dT%H:%M:%S.%fZ}"}


TAKES_BACK = (
    "update:users_history update:users",
    "update:users_history update:users_app_metadata",
)


def an_index(jane):
    return {"index_id": index_key("app_metadata.plan", actor=command_actor("tests")).key_id}


READ_OWN = ("read:current_user", "read:current_user_metadata")
CHANGE_OWN = ("create:current_user_metadata", "delete:current_user_metadata", "update:current_user_metadata")


def another(jane):
    """An account besides Jane's, and the proof that it is the caller's, too."""
    other = create_user(jane.connection, actor=command_actor("tests"), profile={"email": "jay@example.com"})
    claims = {
        "sub": other.user_id,
        "aud": Client.objects.get().client_id,
        "token_generation": other.token_generation,
    }
    return {"other_id": other.bare_id, "id_token": sign(claims, lifetime=60)}


def linked(jane):
    """An account linked to Jane's."""
    names = another(jane)
    link(jane, User.objects.get(email="jay@example.com"), actor=command_actor("tests"))
    return {"provider": "auth0", "identity_id": names["other_id"]}


# An operation is its path and method, as the table of endpoints has them.
EXAMPLES = {
    ("/users", "GET"): Example(("read:users", "read:user_idp_tokens"), 200),
    ("/users", "POST"): Example(
        ("create:users",), 201, body={"connection": CONNECTION, "email": "new@example.com"}
    ),
    ("/users/{user_id}", "GET"): Example(("read:users", "read:user_idp_tokens"), 200, own=READ_OWN),
    ("/user/{user_id}", "GET"): Example(("read:users", "read:user_idp_tokens"), 200, own=READ_OWN),
    ("/users/{user_id}", "PATCH"): Example(
        ("update:users", "update:users_app_metadata"),
        200,
        own=CHANGE_OWN,
        body={"app_metadata": {"plan": "free"}},
        # Nothing new: each of the three scopes allows another kind of change.
        own_body={"user_metadata": {"hobby": "surfing"}},
    ),
    ("/users/{user_id}", "DELETE"): Example(("delete:users",), 204, own=("delete:current_user",)),
    ("/users/{user_id}/roles", "GET"): Example(("read:users read:roles", "read:role_members"), 200),
    ("/users/{user_id}/roles", "POST"): Example(
        ("update:users", "create:role_members"), 204, body=ROLES, given=a_role
    ),
    ("/users/{user_id}/roles", "DELETE"): Example(
        ("update:users", "delete:role_members"), 204, body=ROLES, given=a_role
    ),
    ("/users/{user_id}/permissions", "GET"): Example(("read:users",), 200, given=a_role),
    ("/users/{user_id}/permissions", "POST"): Example(("update:users",), 201, body=PERMISSIONS, given=a_role),
    ("/users/{user_id}/permissions", "DELETE"): Example(
        ("update:users",), 204, body=PERMISSIONS, given=a_role
    ),
    ("/users/{user_id}/organizations", "GET"): Example(("read:organizations",), 200),
    ("/roles", "GET"): Example(("read:roles",), 200),
    ("/roles", "POST"): Example(("create:roles",), 200, body={"name": "Editor"}),
    ("/roles/{id}", "GET"): Example(("read:roles",), 200, given=a_role),
    ("/roles/{id}", "PATCH"): Example(("update:roles",), 200, body={"name": "Editor"}, given=a_role),
    ("/roles/{id}", "DELETE"): Example(("delete:roles",), 200, given=a_role),
    ("/rules", "GET"): Example(("read:rules",), 200),
    ("/rules", "POST"): Example(("create:rules",), 201, body=RULE),
    ("/rules/{id}", "GET"): Example(("read:rules",), 200, given=a_rule),
    ("/rules/{id}", "PATCH"): Example(("update:rules",), 200, body={"order": 7}, given=a_rule),
    ("/rules/{id}", "DELETE"): Example(("delete:rules",), 204, given=a_rule),
    ("/rules-configs", "GET"): Example(("read:rules_configs",), 200),
    ("/rules-configs/{key}", "PUT"): Example(
        ("update:rules_configs",), 200, body={"value": "x"}, given=lambda jane: {"key": "SLACK_URL"}
    ),
    ("/rules-configs/{key}", "DELETE"): Example(("delete:rules_configs",), 204, given=a_rules_config),
    ("/roles/{id}/users", "GET"): Example(("read:users read:roles", "read:role_members"), 200, given=a_role),
    ("/roles/{id}/users", "POST"): Example(
        ("update:roles", "create:role_members"), 200, body={"users": ["{user_id}"]}, given=a_role
    ),
    ("/roles/{id}/permissions", "GET"): Example(("read:roles",), 200, given=a_role),
    ("/roles/{id}/permissions", "POST"): Example(("update:roles",), 201, body=PERMISSIONS, given=a_role),
    ("/roles/{id}/permissions", "DELETE"): Example(
        ("update:roles",), 204, body=PERMISSIONS, given=a_permitted_role
    ),
    ("/users/{user_id}/multifactor/{provider}", "DELETE"): Example(
        ("update:users",), 204, own=("delete:current_user_metadata",), given=a_factor
    ),
    ("/users/{user_id}/multifactor/actions/invalidate-remember-browser", "POST"): Example(
        ("update:users",), 204
    ),
    ("/users/{user_id}/authenticators", "DELETE"): Example(("delete:guardian_enrollments",), 204),
    ("/users/{user_id}/authentication-methods", "GET"): Example(
        ("read:authentication_methods",), 200, own=("read:current_user",)
    ),
    ("/users/{user_id}/authentication-methods", "DELETE"): Example(
        ("delete:authentication_methods",), 204, own=("delete:current_user_metadata",)
    ),
    ("/users/{user_id}/authentication-methods/{method_id}", "GET"): Example(
        ("read:authentication_methods",), 200, own=("read:current_user",), given=an_app
    ),
    ("/users/{user_id}/authentication-methods/{method_id}", "DELETE"): Example(
        ("delete:authentication_methods",), 204, own=("delete:current_user_metadata",), given=an_app
    ),
    ("/users/{user_id}/enrollments", "GET"): Example(("read:users",), 200, own=("read:current_user",)),
    ("/users/{user_id}/recovery-code-regeneration", "POST"): Example(("update:users",), 200),
    ("/users/{user_id}/sessions", "GET"): Example(("read:sessions",), 200),
    ("/users/{user_id}/sessions", "DELETE"): Example(("delete:sessions",), 202),
    ("/sessions/{session_id}", "GET"): Example(("read:sessions",), 200, given=a_session),
    ("/sessions/{session_id}", "DELETE"): Example(("delete:sessions",), 202, given=a_session),
    ("/sessions/{session_id}", "PATCH"): Example(
        ("update:sessions",), 200, body={"session_metadata": {"till": "4"}}, given=a_session
    ),
    ("/sessions/{session_id}/revoke", "POST"): Example(
        ("delete:sessions delete:refresh_tokens",), 202, given=a_session
    ),
    ("/users/{user_id}/revoke-access", "POST"): Example(
        ("delete:sessions delete:refresh_tokens",), 202, body={"preserve_refresh_tokens": True}
    ),
    ("/users/{user_id}/refresh-tokens", "GET"): Example(("read:refresh_tokens",), 200),
    ("/users/{user_id}/refresh-tokens", "DELETE"): Example(("delete:refresh_tokens",), 202),
    ("/refresh-tokens/{token_id}", "GET"): Example(("read:refresh_tokens",), 200, given=a_refresh_token),
    ("/refresh-tokens/{token_id}", "PATCH"): Example(
        ("update:refresh_tokens",), 200, body={"refresh_token_metadata": {"till": "4"}}, given=a_refresh_token
    ),
    ("/refresh-tokens/{token_id}", "DELETE"): Example(("delete:refresh_tokens",), 202, given=a_refresh_token),
    ("/grants", "GET"): Example(("read:grants",), 200),
    ("/grants", "DELETE"): Example(("delete:grants",), 204, query="?user_id={user_id}"),
    ("/grants/{grant_id}", "DELETE"): Example(("delete:grants",), 204, given=a_consent),
    ("/users/{user_id}/logs", "GET"): Example(("read:logs", "read:logs_users"), 200),
    ("/users/{user_id}/history", "GET"): Example(("read:users_history",), 200),
    ("/users/{user_id}/history/{change_id}/undo", "POST"): Example(
        TAKES_BACK, 200, body={"reason": "ticket 4711"}, given=a_change
    ),
    ("/users/{user_id}/restore", "POST"): Example(TAKES_BACK, 200, body={"at": "{at}"}, given=a_change),
    ("/users/{user_id}/identities", "POST"): Example(
        ("update:users",),
        201,
        own=("update:current_user_identities",),
        body={"provider": "auth0", "user_id": "{other_id}"},
        own_body={"link_with": "{id_token}"},
        given=another,
    ),
    ("/users/{user_id}/identities/{provider}/{identity_id}", "DELETE"): Example(
        ("update:users",), 200, own=("update:current_user_identities",), given=linked
    ),
    ("/users-by-email", "GET"): Example(("read:users",), 200, query="?email=jane.doe@example.com"),
    ("/connections", "GET"): Example(("read:connections",), 200),
    ("/connections", "POST"): Example(
        ("create:connections",), 201, body={"name": "Partners", "strategy": "auth0"}
    ),
    ("/connections/{connection_id}", "GET"): Example(("read:connections",), 200, given=a_connection),
    ("/connections/{connection_id}", "PATCH"): Example(
        ("update:connections",), 200, body={"options": {"passwordPolicy": "good"}}, given=a_connection
    ),
    ("/connections/{connection_id}", "DELETE"): Example(("delete:connections",), 202, given=a_connection),
    ("/connections/{connection_id}/users", "DELETE"): Example(
        ("delete:users",), 204, query="?email=jane.doe@example.com", given=a_connection
    ),
    ("/connections/{connection_id}/clients", "GET"): Example(("read:connections",), 200, given=a_connection),
    ("/connections/{connection_id}/clients", "PATCH"): Example(
        ("update:connections",),
        204,
        body=[{"client_id": "{client_id}", "status": True}],
        given=a_connection_and_client,
    ),
    ("/clients/{client_id}/connections", "GET"): Example(
        ("read:connections read:clients",), 200, given=a_client
    ),
    ("/user-blocks", "GET"): Example(("read:users",), 200, query="?identifier=jane.doe@example.com"),
    ("/user-blocks", "DELETE"): Example(("update:users",), 204, query="?identifier=jane.doe@example.com"),
    ("/user-blocks/{user_id}", "GET"): Example(("read:users",), 200),
    ("/user-blocks/{user_id}", "DELETE"): Example(("update:users",), 204),
    ("/clients", "GET"): Example(("read:clients",), 200),
    ("/clients", "POST"): Example(("create:clients",), 201, body={"name": "Till"}),
    ("/clients/{client_id}", "GET"): Example(("read:clients",), 200, given=a_client),
    ("/clients/{client_id}", "PATCH"): Example(
        ("update:clients",), 200, body={"name": "Cash desk"}, given=a_client
    ),
    ("/clients/{client_id}", "DELETE"): Example(("delete:clients",), 204, given=a_client),
    ("/clients/{client_id}/rotate-secret", "POST"): Example(("update:client_keys",), 200, given=a_client),
    ("/client-grants", "GET"): Example(("read:client_grants",), 200),
    ("/client-grants", "POST"): Example(
        ("create:client_grants",),
        201,
        body={"client_id": "{client_id}", "audience": "{audience}", "scope": ["read:songs"]},
        given=a_client,
    ),
    ("/client-grants/{grant_id}", "GET"): Example(("read:client_grants",), 200, given=a_grant),
    ("/client-grants/{grant_id}", "PATCH"): Example(
        ("update:client_grants",), 200, body={"scope": ["read:songs"]}, given=a_grant
    ),
    ("/client-grants/{grant_id}", "DELETE"): Example(("delete:client_grants",), 204, given=a_grant),
    ("/resource-servers", "GET"): Example(("read:resource_servers",), 200),
    ("/resource-servers", "POST"): Example(
        ("create:resource_servers",), 201, body={"identifier": "https://songs.example/"}
    ),
    ("/resource-servers/{resource_server_id}", "GET"): Example(
        ("read:resource_servers",), 200, given=a_server
    ),
    ("/resource-servers/{resource_server_id}", "PATCH"): Example(
        ("update:resource_servers",), 200, body={"name": "Music"}, given=a_server
    ),
    ("/resource-servers/{resource_server_id}", "DELETE"): Example(
        ("delete:resource_servers",), 204, given=a_server
    ),
    ("/tickets/password-change", "POST"): Example(
        ("create:user_tickets",), 201, body={"user_id": "{user_id}"}
    ),
    ("/tickets/email-verification", "POST"): Example(
        ("create:user_tickets",), 201, body={"user_id": "{user_id}"}
    ),
    ("/jobs/verification-email", "POST"): Example(("update:users",), 201, body={"user_id": "{user_id}"}),
    ("/jobs/users-imports", "POST"): Example(("create:users",), 202, parts=IMPORTED, given=a_database),
    ("/jobs/users-exports", "POST"): Example(("read:users",), 200, body={"format": "csv"}),
    ("/jobs/{id}", "GET"): Example(("create:users", "read:users"), 200, given=a_job),
    ("/jobs/{id}/errors", "GET"): Example(("create:users", "read:users"), 204, given=a_job),
    ("/events", "GET"): Example(("read:events",), 200),
    ("/logs", "GET"): Example(("read:logs", "read:logs_users"), 200),
    ("/logs/{id}", "GET"): Example(("read:logs", "read:logs_users"), 200, given=a_log_entry),
    ("/metadata/indexes", "GET"): Example(("read:metadata_keys", "update:metadata_keys"), 200),
    ("/metadata/indexes", "POST"): Example(
        ("update:metadata_keys",), 201, body={"key": "app_metadata.credits", "type": "number"}
    ),
    ("/metadata/indexes/{index_id}", "DELETE"): Example(("update:metadata_keys",), 202, given=an_index),
    ("/stats/active-users", "GET"): Example(("read:stats",), 200),
    ("/stats/daily", "GET"): Example(("read:stats",), 200),
    ("/metadata/keys", "GET"): Example(("read:metadata_keys",), 200),
}
OPERATIONS = [(path, method) for path, view in ENDPOINTS.items() for method in view.operations]

# Writes that here have nothing to write, or that a job carries out later.
UNLOGGED = {
    ("/users/{user_id}/permissions", "POST"),
    ("/users/{user_id}/multifactor/{provider}", "DELETE"),
    ("/users/{user_id}/multifactor/actions/invalidate-remember-browser", "POST"),
    ("/users/{user_id}/authenticators", "DELETE"),
    ("/users/{user_id}/authentication-methods", "DELETE"),
    ("/connections/{connection_id}/users", "DELETE"),
    ("/user-blocks", "DELETE"),
    ("/user-blocks/{user_id}", "DELETE"),
    ("/jobs/verification-email", "POST"),
}

every_operation = pytest.mark.parametrize(
    "operation", OPERATIONS, ids=[f"{method} {path}" for path, method in OPERATIONS]
)

BAD_HEADER = (400, "Bad HTTP authentication header format", "Bearer")
ANOTHER_KEY = RSAKey.generate_key(2048)
INVALID = (401, "Invalid token", None)
BAD_SIGNATURE = (401, "Invalid signature received for JSON Web Token validation", None)
EXPIRED = (401, "Expired token received for JSON Web Token validation", None)


@pytest.fixture
def ask(browser):
    """Makes the example request of an operation with this Authorization header."""

    def call(operation, authorization, user_id, *, given=None, body=None):
        path, method = operation
        example = EXAMPLES[operation]
        names = {"user_id": user_id, **(given or {})}
        body = filled(json.dumps(body or example.body), names) if body or example.body else None
        content_type = "application/json"
        if example.parts:
            body, content_type = filled(example.parts, names), PARTS
        return browser().generic(
            method,
            "/api/v2" + filled(path + example.query, names),
            **({"data": body, "content_type": content_type} if body else {}),
            **({"HTTP_AUTHORIZATION": authorization} if authorization else {}),
        )

    return call


def filled(text, names):
    """The text with each known {name} put in."""
    return NAMES.sub(lambda found: names.get(found[1], "x1"), text)


@pytest.fixture
def forge(make_client):
    """An Authorization header with a token for everything, some claims made different."""
    client = make_client()
    signing_key()

    def sign(key=None, **claims):
        key = key or signing_key()
        now = int(time.time())
        good = {
            "iss": conf.issuer,
            "aud": conf.management_audience,
            "sub": f"{client.client_id}@clients",
            "azp": client.client_id,
            "iat": now,
            "exp": now + 60,
            "scope": " ".join(MACHINE_SCOPES),
        }
        return "Bearer " + jwt.encode({"alg": "RS256", "kid": signing_key().kid}, good | claims, key)

    return sign


@pytest.fixture
def own_token(make_client, jane):
    """Jane's own token with these scopes."""
    client = make_client()

    def make(*scopes, of=None):
        server = ResourceServer.objects.management()
        return f"Bearer {issue_user_token(of or jane, client, scopes, server=server)}"

    return make


# What it is, and how it is answered.
REFUSED = {
    "no header": (lambda forge: None, (401, "Missing authentication", None)),
    "another scheme": (lambda forge: "Basic YTpi", BAD_HEADER),
    "no scheme": (lambda forge: forge().removeprefix("Bearer "), BAD_HEADER),
    "no token": (lambda forge: "Bearer", BAD_HEADER),
    "a word": (lambda forge: "Bearer token", BAD_HEADER),
    "three parts of nothing": (lambda forge: "Bearer a.b.c", BAD_HEADER),
    "expired": (lambda forge: forge(exp=int(time.time()) - 1), EXPIRED),
    "another audience": (lambda forge: forge(aud="https://elsewhere.example/api/v2/"), INVALID),
    "another issuer": (lambda forge: forge(iss="https://elsewhere.example/"), INVALID),
    "another key": (lambda forge: forge(key=ANOTHER_KEY), BAD_SIGNATURE),
    "a client that never was": (lambda forge: forge(azp="nobody", sub="nobody@clients"), INVALID),
    "a client's token of a person": (lambda forge: forge(sub="auth0|jane"), INVALID),
}


def test_every_operation_has_an_example():
    assert set(EXAMPLES) == set(OPERATIONS)


@every_operation
def test_a_token_that_is_no_good_opens_nothing(operation, ask, forge, jane, unchanged):
    for kind, (header, expected) in REFUSED.items():
        response = ask(operation, header(forge), jane.user_id)

        assert problem(response) == expected, kind
        assert response.get("WWW-Authenticate") == ("Bearer" if expected[0] == 401 else None), kind
    assert unchanged()


@every_operation
def test_a_revoked_client_opens_nothing(operation, ask, forge, jane, unchanged):
    header = forge()
    Client.objects.update(is_revoked=True)

    assert problem(ask(operation, header, jane.user_id)) == INVALID
    assert unchanged()


@every_operation
@pytest.mark.parametrize("user_id", [None, NOBODY], ids=["Jane", "nobody"])
def test_without_the_scope_it_is_closed_whether_there_is_such_a_user_or_not(
    operation, user_id, ask, forge, jane, unchanged
):
    needed = {*EXAMPLES[operation].scopes, *EXAMPLES[operation].own}
    opening = {choice.split()[0] for choice in needed}
    others = " ".join((MACHINE_SCOPES.keys() | CURRENT_USER_SCOPES.keys()) - opening)

    response = ask(operation, forge(scope=others), user_id or jane.user_id)

    status, text, code = problem(response)
    assert (status, code) == (403, "insufficient_scope")
    assert text.startswith("Insufficient scope, expected any of: ")
    assert set(text.partition(": ")[2].split(",")) == needed
    assert unchanged()


@pytest.mark.parametrize(
    ("operation", "scope"),
    [
        pytest.param(operation, scope, id=f"{operation[1]} {operation[0]} by {scope}")
        for operation, example in EXAMPLES.items()
        for scope in example.scopes
    ],
)
def test_each_scope_opens_it_alone(operation, scope, ask, make_client, jane):
    token = issue_machine_token(make_client(*scope.split()), scope.split())

    given = EXAMPLES[operation].given(jane)
    before = whole_log().count()

    response = ask(operation, f"Bearer {token}", jane.user_id, given=given)

    assert response.status_code == EXAMPLES[operation].success, response.content
    assert (whole_log().count() > before) == (operation[1] != "GET" and operation not in UNLOGGED)


@pytest.mark.parametrize(
    ("operation", "scope"),
    [
        pytest.param(operation, scope, id=f"{operation[1]} {operation[0]} by {scope}")
        for operation, example in EXAMPLES.items()
        for scope in example.own
    ],
)
class TestAPersonsOwnToken:
    def test_opens_their_own_account(self, operation, scope, ask, own_token, jane):
        example = EXAMPLES[operation]

        response = ask(
            operation, own_token(scope), jane.user_id, given=example.given(jane), body=example.own_body
        )

        assert response.status_code == example.success, response.content

    @pytest.mark.parametrize("is_known", [True, False], ids=["another", "nobody"])
    def test_opens_no_other(self, operation, scope, is_known, ask, own_token, stranger, jane):
        user_id = stranger.user_id if is_known else NOBODY

        response = ask(operation, own_token(scope), user_id)

        text = "User to be acted on does not match subject in bearer token."
        assert problem(response) == (403, text, "unowned_resource")

    def test_is_refused_once_they_are_blocked(self, operation, scope, ask, own_token, jane):
        token = own_token(scope)
        block_user(jane, actor=command_actor("tests"))

        assert problem(ask(operation, token, jane.user_id)) == INVALID

    def test_is_refused_once_they_are_no_more(self, operation, scope, ask, own_token, jane):
        token = own_token(scope)
        delete_user(jane, actor=command_actor("tests"))

        assert problem(ask(operation, token, jane.user_id)) == INVALID


@every_operation
def test_a_persons_token_with_scopes_of_machines_opens_nothing(operation, ask, own_token, jane, unchanged):
    token = own_token(*MACHINE_SCOPES)

    assert problem(ask(operation, token, jane.user_id))[0::2] == (403, "insufficient_scope")
    assert unchanged()


@every_operation
def test_a_machines_token_with_scopes_of_people_opens_nothing(operation, ask, make_client, jane, unchanged):
    token = issue_machine_token(make_client(*CURRENT_USER_SCOPES), CURRENT_USER_SCOPES)

    assert problem(ask(operation, f"Bearer {token}", jane.user_id))[0::2] == (403, "insufficient_scope")
    assert unchanged()


@every_operation
def test_a_scope_that_was_taken_from_the_client_opens_nothing(operation, ask, make_client, jane, unchanged):
    client = make_client("read:metadata_schemas")
    token = issue_machine_token(client, " ".join(EXAMPLES[operation].scopes).split())

    response = ask(operation, f"Bearer {token}", jane.user_id)

    assert problem(response)[0::2] == (403, "insufficient_scope")
    assert unchanged()


@pytest.mark.parametrize("path", [path for path, method in OPERATIONS if method == "GET"])
def test_head_asks_for_the_same_rights_as_get(path, browser, make_client, jane):
    client = make_client("read:metadata_schemas")
    names = defaultdict(lambda: "x1", user_id=jane.user_id)
    address = "/api/v2" + path.format_map(names) + EXAMPLES[path, "GET"].query
    header = f"Bearer {issue_machine_token(client, ['read:metadata_schemas'])}"

    assert browser().head(address).status_code == 401
    assert browser().head(address, HTTP_AUTHORIZATION=header).status_code == 403


def test_a_signed_in_administrator_without_a_token_is_nobody_here(browser, administrator, jane):
    response = browser(administrator).delete(f"/api/v2/users/{jane.user_id}")

    assert problem(response) == (401, "Missing authentication", None)


def test_the_word_bearer_may_be_in_any_case(ask, forge):
    response = ask(("/users", "GET"), forge().replace("Bearer", "bearer"), "")

    assert response.status_code == 200
