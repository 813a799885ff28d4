"""`/api/v2/openapi.json` is valid, complete and true."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate

from tests.api.answers import BY_EMAIL, CONNECTION, USERS, at
from tests.second_factor import enrol
from users.actions.account.assign_roles import assign_roles
from users.actions.account.create_user import create_user
from users.actions.account.identities import link
from users.api.endpoints import ENDPOINTS
from users.models import Connection, Role
from users.rights.actor import command_actor

ROLES = "/api/v2/roles"


FETCHED: dict[str, Any] = {}


@pytest.fixture
def document(browser, db):
    """Fetched by a stranger, without a token; once, since it takes longer than what is asked of it."""
    if not FETCHED:
        response = browser().get("/api/v2/openapi.json")
        assert response.status_code == 200
        FETCHED.update(json.loads(response.content))
    return FETCHED


@pytest.fixture
def full_jane(jane, put):
    """Jane with every field an account can show."""
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    return put(
        jane,
        username="jane",
        phone_number="+491",
        phone_verified=True,
        given_name="Jane",
        middle_name="Ann",
        family_name="Doe",
        locale="de-AT",
        zoneinfo="Europe/Berlin",
        blocked=False,
        logins_count=1,
        last_login=noon,
        last_password_reset=noon,
        last_ip="192.0.2.7",
        multifactor=["google-authenticator"],
        multifactor_last_modified=noon,
    )


def operation(document, path, method):
    return document["paths"][path][method.lower()]


def closed(schema):
    """The schema where no object may hold what is not described, documents aside."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(value) for name, value in schema.items()}
    return (
        inner
        if "additionalProperties" in inner or "properties" not in inner
        else inner | {"additionalProperties": False}
    )


def test_it_is_valid(document):
    validate(document)


def test_it_lists_every_operation_and_no_other(document):
    listed = {
        path: {method.upper() for method in methods if method != "parameters"}
        for path, methods in document["paths"].items()
    }

    assert listed == {path: set(view.operations) for path, view in ENDPOINTS.items()}


def test_it_names_the_scopes_of_each(document):
    for path, view in ENDPOINTS.items():
        for method, described in view.operations.items():
            alternatives = operation(document, path, method)["security"]
            assert alternatives == [{"token": choice.split()} for choice in described.scopes]


@pytest.mark.parametrize("status", ["408", "414", "431", "503"])
def test_it_describes_what_is_refused_before_any_operation(document, status):
    for path, view in ENDPOINTS.items():
        for method in view.operations:
            assert status in operation(document, path, method)["responses"], (method, path)


def test_its_server_is_this_one(document, settings):
    assert document["servers"] == [{"url": f"{settings.PUBLIC_URL}/api/v2"}]


def test_it_says_nothing_of_methods_it_lacks(browser, db):
    assert browser().post("/api/v2/openapi.json").status_code == 405


def editor():
    """The id of the role that Jane has."""
    return Role.objects.get(name="Editor").role_id


CONNECTIONS = "/api/v2/connections"
ONE = "/connections/{connection_id}"


def elsewhere():
    """The address of a connection without users."""
    return f"{CONNECTIONS}/{Connection.objects.create(name='Elsewhere').connection_id}"


IDENTITIES = "/users/{user_id}/identities"


def jay(jane, *, is_linked=False):
    """Another account, as the body that links it names it."""
    user = create_user(jane.connection, actor=command_actor("tests"), profile={"email": "jay@example.com"})
    if is_linked:
        link(jane, user, actor=command_actor("tests"))
    return {"provider": "auth0", "user_id": user.bare_id}


CALLS = {
    "read one": ("/users/{user_id}", "GET", lambda shop, jane: shop.get(at(jane))),
    "read nobody": ("/users/{user_id}", "GET", lambda shop, jane: shop.get(f"{USERS}/auth0|nobody")),
    "read an id without a pipe": ("/users/{user_id}", "GET", lambda shop, jane: shop.get(f"{USERS}/jane")),
    "patch": ("/users/{user_id}", "PATCH", lambda shop, jane: shop.patch(at(jane), {"name": "New"})),
    "patch over another": (
        "/users/{user_id}",
        "PATCH",
        lambda shop, jane: shop.patch(at(jane), {"name": "New"}, **{"If-Match": '"9"'}),
    ),
    "patch by text": ("/users/{user_id}", "PATCH", lambda shop, jane: shop.patch(at(jane), "x")),
    "delete": ("/users/{user_id}", "DELETE", lambda shop, jane: shop.delete(at(jane))),
    "list": ("/users", "GET", lambda shop, jane: shop.get(USERS)),
    "list with totals": ("/users", "GET", lambda shop, jane: shop.get(f"{USERS}?include_totals=true")),
    "list by checkpoint": ("/users", "GET", lambda shop, jane: shop.get(f"{USERS}?take=1")),
    "list badly": ("/users", "GET", lambda shop, jane: shop.get(f"{USERS}?page=-1")),
    "create": (
        "/users",
        "POST",
        lambda shop, jane: shop.post(USERS, {"connection": CONNECTION, "email": "new@example.com"}),
    ),
    "create again": (
        "/users",
        "POST",
        lambda shop, jane: shop.post(USERS, {"connection": CONNECTION, "email": jane.email}),
    ),
    "create too much": (
        "/users",
        "POST",
        lambda shop, jane: shop.post(
            USERS, {"connection": CONNECTION, "email": "a@b.de", "user_metadata": {"a": "x" * 2**20}}
        ),
    ),
    "link": (IDENTITIES, "POST", lambda shop, jane: shop.post(f"{at(jane)}/identities", jay(jane))),
    "link nobody": (IDENTITIES, "POST", lambda shop, jane: shop.post(f"{at(jane)}/identities", {})),
    "link what is linked": (
        IDENTITIES,
        "POST",
        lambda shop, jane: shop.post(f"{at(jane)}/identities", jay(jane, is_linked=True)),
    ),
    "unlink": (
        IDENTITIES + "/{provider}/{identity_id}",
        "DELETE",
        lambda shop, jane: shop.delete(f"{at(jane)}/identities/auth0/{jay(jane, is_linked=True)['user_id']}"),
    ),
    "list roles": ("/roles", "GET", lambda shop, jane: shop.get(ROLES)),
    "list roles with totals": ("/roles", "GET", lambda shop, jane: shop.get(f"{ROLES}?include_totals=true")),
    "create a role": ("/roles", "POST", lambda shop, jane: shop.post(ROLES, {"name": "New"})),
    "create a role again": ("/roles", "POST", lambda shop, jane: shop.post(ROLES, {"name": "Editor"})),
    "read a role": ("/roles/{id}", "GET", lambda shop, jane: shop.get(f"{ROLES}/{editor()}")),
    "delete a role": ("/roles/{id}", "DELETE", lambda shop, jane: shop.delete(f"{ROLES}/{editor()}")),
    "members": ("/roles/{id}/users", "GET", lambda shop, jane: shop.get(f"{ROLES}/{editor()}/users")),
    "members by checkpoint": (
        "/roles/{id}/users",
        "GET",
        lambda shop, jane: shop.get(f"{ROLES}/{editor()}/users?take=1"),
    ),
    "give a role": (
        "/roles/{id}/users",
        "POST",
        lambda shop, jane: shop.post(f"{ROLES}/{editor()}/users", {"users": [jane.user_id]}),
    ),
    "what a role permits": (
        "/roles/{id}/permissions",
        "GET",
        lambda shop, jane: shop.get(f"{ROLES}/{editor()}/permissions"),
    ),
    "take roles": (
        "/users/{user_id}/roles",
        "DELETE",
        lambda shop, jane: shop.call("DELETE", f"{at(jane)}/roles", {"roles": [editor()]}),
    ),
    "give nobody roles": (
        "/users/{user_id}/roles",
        "POST",
        lambda shop, jane: shop.post(f"{USERS}/auth0|nobody/roles", {"roles": [editor()]}),
    ),
    "roles of a user": ("/users/{user_id}/roles", "GET", lambda shop, jane: shop.get(f"{at(jane)}/roles")),
    "permissions": (
        "/users/{user_id}/permissions",
        "GET",
        lambda shop, jane: shop.get(f"{at(jane)}/permissions"),
    ),
    "organizations": (
        "/users/{user_id}/organizations",
        "GET",
        lambda shop, jane: shop.get(f"{at(jane)}/organizations?include_totals=true"),
    ),
    "list connections": ("/connections", "GET", lambda shop, jane: shop.get(CONNECTIONS)),
    "list connections with totals": (
        "/connections",
        "GET",
        lambda shop, jane: shop.get(f"{CONNECTIONS}?include_totals=true"),
    ),
    "list connections by checkpoint": (
        "/connections",
        "GET",
        lambda shop, jane: [elsewhere(), shop.get(f"{CONNECTIONS}?take=1")][1],
    ),
    "create a connection": (
        "/connections",
        "POST",
        lambda shop, jane: shop.post(CONNECTIONS, {"name": "Partners", "strategy": "auth0"}),
    ),
    "create a connection again": (
        "/connections",
        "POST",
        lambda shop, jane: shop.post(CONNECTIONS, {"name": CONNECTION, "strategy": "auth0"}),
    ),
    "read a connection": (ONE, "GET", lambda shop, jane: shop.get(elsewhere())),
    "read no connection": (ONE, "GET", lambda shop, jane: shop.get(f"{CONNECTIONS}/x")),
    "change a connection": (ONE, "PATCH", lambda shop, jane: shop.patch(elsewhere(), {"is_enabled": False})),
    "delete a connection": (ONE, "DELETE", lambda shop, jane: shop.delete(elsewhere())),
    "delete no connection": (ONE, "DELETE", lambda shop, jane: shop.delete(f"{CONNECTIONS}/x")),
    "delete the connection of users": (
        ONE,
        "DELETE",
        lambda shop, jane: shop.delete(f"{CONNECTIONS}/{jane.connection.connection_id}"),
    ),
    "delete a user of a connection": (
        f"{ONE}/users",
        "DELETE",
        lambda shop, jane: shop.delete(f"{elsewhere()}/users?email=a@example.com"),
    ),
    "list second factors": (
        "/users/{user_id}/enrollments",
        "GET",
        lambda shop, jane: enrol(jane) and shop.get(f"{at(jane)}/enrollments"),
    ),
    "remove second factors": (
        "/users/{user_id}/authenticators",
        "DELETE",
        lambda shop, jane: shop.delete(f"{at(jane)}/authenticators"),
    ),
    "renew the recovery code": (
        "/users/{user_id}/recovery-code-regeneration",
        "POST",
        lambda shop, jane: shop.post(f"{at(jane)}/recovery-code-regeneration", {}),
    ),
    "find by e-mail": (
        "/users-by-email",
        "GET",
        lambda shop, jane: shop.get(f"{BY_EMAIL}?email={jane.email}"),
    ),
}


@pytest.mark.parametrize("call", CALLS)
def test_what_is_answered_is_as_described(call, document, shop, full_jane, make_role, songs_api):
    assign_roles(
        [full_jane.user_id], [make_role("Editor", "read:songs").role_id], actor=command_actor("tests")
    )
    path, method, make = CALLS[call]

    response = make(shop, full_jane)

    described = operation(document, path, method)["responses"][str(response.status_code)]
    if response.status_code == 204:
        assert "content" not in described
        return
    [(content_type, content)] = described["content"].items()
    schema = closed({**content["schema"], "components": document["components"]})
    assert response["Content-Type"].startswith(content_type)
    jsonschema.Draft202012Validator(schema).validate(json.loads(response.content))
    assert ("ETag" in response) == ("ETag" in described.get("headers", {}))


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [
        ("/users", "POST", {"connection": CONNECTION, "email": "a@example.com", "user_metadata": {"a": [1]}}),
        ("/users/{user_id}", "PATCH", {"given_name": None, "blocked": True, "app_metadata": {}}),
        ("/connections", "POST", {"name": "Partners", "strategy": "auth0", "options": {}}),
    ],
    ids=["create", "patch", "create a connection"],
)
def test_what_is_taken_is_as_described(path, method, body, document, shop, jane):
    schema = operation(document, path, method)["requestBody"]["content"]["application/json"]["schema"]

    jsonschema.Draft202012Validator(schema).validate(body)
    assert not jsonschema.Draft202012Validator(schema).is_valid(body | {"shoe_size": 44})
    assert shop.call(method, f"/api/v2{path.format(user_id=jane.user_id)}", body).status_code in (200, 201)
