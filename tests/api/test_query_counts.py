"""How many queries each call costs, pinned: for many people as for few."""

from __future__ import annotations

import pytest
from django.db import connection as database

from tests.api.answers import BLOCKS, BY_EMAIL, CONNECTION, USERS, at
from users.actions.account.assign_permissions import assign_permissions
from users.actions.account.assign_roles import assign_roles
from users.rights.actor import command_actor
from users.tokens.verify import clear_token_caches

SHELL = command_actor("tests")
CONNECTIONS = "/api/v2/connections"
EVENTS = "/api/v2/events"
INDEXES = "/api/v2/metadata/indexes"


def of(user):
    """The address of the user's connection."""
    return f"{CONNECTIONS}/{user.connection.connection_id}"


# What one call asks of the database once the worker knows the client and the keys.
ON_POSTGRESQL = database.vendor == "postgresql"
COSTS = {
    "read one": (1, lambda shop, jane: shop.get(at(jane))),
    "read nobody": (1, lambda shop, jane: shop.get(f"{USERS}/auth0|nobody")),
    "list": (1, lambda shop, jane: shop.get(USERS)),
    "list sorted": (1, lambda shop, jane: shop.get(f"{USERS}?sort=last_login:-1&per_page=100")),
    "list of a connection": (1, lambda shop, jane: shop.get(f"{USERS}?connection={CONNECTION}")),
    "list with totals": (2, lambda shop, jane: shop.get(f"{USERS}?include_totals=true&per_page=100")),
    "count": (1, lambda shop, jane: shop.get(f"{USERS}?include_totals=true&per_page=0")),
    "list by checkpoint": (1, lambda shop, jane: shop.get(f"{USERS}?take=5")),
    # First come, on PostgreSQL, the time limit, its savepoint and the matches counted; on SQLite the
    # question what it would do, and the matches counted.
    "search": (9 if ON_POSTGRESQL else 3, lambda shop, jane: shop.get(f"{USERS}?q=name:Jane*")),
    "find by email": (1, lambda shop, jane: shop.get(f"{BY_EMAIL}?email={jane.email}")),
    # Where there is no Redis, the counters are in the database as well.
    "blocks of one": (3, lambda shop, jane: shop.get(f"{BLOCKS}/{jane.user_id}")),
    "blocks by login": (3, lambda shop, jane: shop.get(f"{BLOCKS}?identifier={jane.email}")),
    "blocks of nobody": (1, lambda shop, jane: shop.get(f"{BLOCKS}?identifier=nobody@example.com")),
    "refused by its body": (1, lambda shop, jane: shop.patch(at(jane), {})),
    "patch a document": (5, lambda shop, jane: shop.patch(at(jane), {"user_metadata": {"a": 1}})),
    "patch both": (
        5,
        lambda shop, jane: shop.patch(at(jane), {"user_metadata": {"a": 1}, "app_metadata": {"a": 1}}),
    ),
    "patch a name": (5, lambda shop, jane: shop.patch(at(jane), {"name": "New"})),
    "patch the address": (9, lambda shop, jane: shop.patch(at(jane), {"email": "new@example.com"})),
    "patch nothing new": (3, lambda shop, jane: shop.patch(at(jane), {"name": "Jane Doe"})),
    "create": (
        7,
        lambda shop, jane: shop.post(USERS, {"connection": CONNECTION, "email": "new@example.com"}),
    ),
    "list connections": (2, lambda shop, jane: shop.get(f"{CONNECTIONS}?strategy=auth0")),
    "list connections with totals": (3, lambda shop, jane: shop.get(f"{CONNECTIONS}?include_totals=true")),
    "list connections by checkpoint": (2, lambda shop, jane: shop.get(f"{CONNECTIONS}?take=1")),
    "read a connection": (2, lambda shop, jane: shop.get(of(jane))),
    "create a connection": (
        8,
        lambda shop, jane: shop.post(CONNECTIONS, {"name": "Partners", "strategy": "auth0"}),
    ),
    "change a connection": (8, lambda shop, jane: shop.patch(of(jane), {"display_name": "Users"})),
    "change nothing about a connection": (6, lambda shop, jane: shop.patch(of(jane), {"options": {}})),
    "disable a connection": (11, lambda shop, jane: shop.patch(of(jane), {"is_enabled": False})),
    "delete the connection": (2, lambda shop, jane: shop.delete(of(jane))),
    "delete by email": (32, lambda shop, jane: shop.delete(f"{of(jane)}/users?email={jane.email}")),
    "delete": (31, lambda shop, jane: shop.delete(at(jane))),
    "list second factors": (2, lambda shop, jane: shop.get(f"{at(jane)}/enrollments")),
    "remove no second factor": (6, lambda shop, jane: shop.delete(f"{at(jane)}/authenticators")),
    "renew the recovery code": (
        13,
        lambda shop, jane: shop.post(f"{at(jane)}/recovery-code-regeneration", {}),
    ),
    "make a ticket": (
        6,
        lambda shop, jane: shop.post("/api/v2/tickets/password-change", {"user_id": jane.user_id}),
    ),
    "ask for a mail": (
        2,
        lambda shop, jane: shop.post("/api/v2/jobs/verification-email", {"user_id": jane.user_id}),
    ),
    "read a job": (1, lambda shop, jane: shop.get("/api/v2/jobs/job_0000000000000000")),
    "logs": (3, lambda shop, jane: shop.get("/api/v2/logs?per_page=100")),
    "logs with totals": (5, lambda shop, jane: shop.get("/api/v2/logs?include_totals=true")),
    "walk through the logs": (
        3 if ON_POSTGRESQL else 4,
        lambda shop, jane: shop.get("/api/v2/logs?take=100"),
    ),
    "logs of a user": (3, lambda shop, jane: shop.get(f"{at(jane)}/logs")),
    # Once everything has its number: whether it has, the numbers, their changes.
    "events": (3, lambda shop, jane: shop.get(f"{EVENTS}?take=10")),
    "events after one that never was": (4, lambda shop, jane: shop.get(f"{EVENTS}?from=999999")),
    "active users": (1, lambda shop, jane: shop.get("/api/v2/stats/active-users")),
    "what happened on each day": (2, lambda shop, jane: shop.get("/api/v2/stats/daily")),
    "history": (2, lambda shop, jane: shop.get(f"{at(jane)}/history?per_page=100")),
    "history of a key": (2, lambda shop, jane: shop.get(f"{at(jane)}/history?key=app_metadata.plan")),
    "history with totals": (3, lambda shop, jane: shop.get(f"{at(jane)}/history?include_totals=true")),
    "read one as it was": (3, lambda shop, jane: shop.get(f"{at(jane)}?at=2090-01-01T00:00:00Z")),
    "list the indexed keys": (2 if ON_POSTGRESQL else 3, lambda shop, jane: shop.get(INDEXES)),
    "index a key": (8, lambda shop, jane: shop.post(INDEXES, {"key": "app_metadata.plan", "type": "text"})),
    "keys of metadata": (1, lambda shop, jane: shop.get("/api/v2/metadata/keys?include_totals=true")),
    "delete nobody": (1, lambda shop, jane: shop.delete(f"{USERS}/auth0|nobody")),
}


# The same of roles, where everybody has all of them.
ROLE_COSTS = {
    "roles": (1, "GET", "/roles", None),
    "roles by name": (2, "GET", "/roles?name_filter=role&include_totals=true", None),
    "role": (1, "GET", "/roles/{role}", None),
    "make a role": (7, "POST", "/roles", {"name": "New"}),
    "change a role": (9, "PATCH", "/roles/{role}", {"name": "New"}),
    "delete a role": (11, "DELETE", "/roles/{role}", None),
    "members": (2, "GET", "/roles/{role}/users", None),
    "members with totals": (3, "GET", "/roles/{role}/users?include_totals=true&per_page=100", None),
    "members by checkpoint": (2, "GET", "/roles/{role}/users?take=100", None),
    "give a role": (7, "POST", "/roles/{fresh}/users", {"users": "everybody"}),
    "permissions of a role": (3, "GET", "/roles/{role}/permissions", None),
    "permit": (9, "POST", "/roles/{fresh}/permissions", {"permissions": "all"}),
    "forbid": (8, "DELETE", "/roles/{role}/permissions", {"permissions": "all"}),
    "roles of a user": (2, "GET", "/users/{jane}/roles", None),
    "give roles to a user": (8, "POST", "/users/{stranger}/roles", {"roles": "all"}),
    "take roles from a user": (8, "DELETE", "/users/{jane}/roles", {"roles": "all"}),
    "permissions of a user": (4, "GET", "/users/{jane}/permissions?include_totals=true", None),
    "give permissions to a user": (8, "POST", "/users/{stranger}/permissions", {"permissions": "all"}),
    "take permissions from a user": (7, "DELETE", "/users/{jane}/permissions", {"permissions": "all"}),
    "organizations of a user": (1, "GET", "/users/{jane}/organizations", None),
}


@pytest.fixture
def crowd(request, make_user):
    for number in range(request.param):
        make_user(f"user-{number}")


@pytest.mark.parametrize("crowd", [5, 30], indirect=True)
@pytest.mark.parametrize("call", COSTS)
def test_a_call_costs_the_same_among_many_and_few(call, crowd, shop, jane, django_assert_num_queries):
    queries, make = COSTS[call]
    shop.get(f"{USERS}/auth0|nobody")
    shop.get(EVENTS)
    assert jane.connection  # read once, here

    with django_assert_num_queries(queries):
        make(shop, jane)


@pytest.mark.parametrize("call", ["undo", "restore", "as it was"])
@pytest.mark.parametrize("changes", [2, 50])
def test_taking_back_costs_the_same_after_many_changes_and_few(
    call, changes, shop, jane, django_assert_num_queries
):
    moment = jane.updated_at.isoformat().replace("+00:00", "Z")
    for number in range(changes):
        shop.patch(at(jane), {"app_metadata": {"plan": number}})
    latest = jane.changes.first().pk
    queries, ask = {
        "undo": (6, lambda: shop.post(f"{at(jane)}/history/{latest}/undo", {})),
        "restore": (7, lambda: shop.post(f"{at(jane)}/restore", {"at": moment})),
        "as it was": (3, lambda: shop.get(f"{at(jane)}?at={moment}")),
    }[call]

    with django_assert_num_queries(queries):
        assert ask().status_code == 200


def test_a_token_costs_three_queries_once(shop, db, django_assert_num_queries):
    clear_token_caches()

    with django_assert_num_queries(3 + 1):
        shop.get(USERS)
    with django_assert_num_queries(1):
        shop.get(USERS)


def test_a_call_without_a_token_costs_nothing(browser, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert browser().get(USERS).status_code == 401


@pytest.fixture
def roles(request, make_user, make_role, jane, stranger, songs_api):
    """So many roles, people and permissions, all of everybody but a stranger, and the words by
    which the calls above mean them."""
    scopes = [f"do:{number}" for number in range(request.param)]
    songs_api.scopes = [{"value": scope} for scope in scopes]
    songs_api.save()
    made = [make_role(f"Role {number}", *scopes).role_id for number in range(request.param)]
    fresh = make_role("Fresh").role_id
    people = [make_user(f"user-{number}").user_id for number in range(request.param)]
    assign_roles([jane.user_id, *people], made, actor=SHELL)
    assign_permissions(jane, frozenset((songs_api.identifier, scope) for scope in scopes), actor=SHELL)
    pairs = [
        {"resource_server_identifier": songs_api.identifier, "permission_name": scope} for scope in scopes
    ]
    names = {"role": made[0], "fresh": fresh, "jane": jane.user_id, "stranger": stranger.user_id}
    return names, {"users": people, "roles": made, "permissions": pairs}


@pytest.mark.parametrize("roles", [1, 20], indirect=True)
@pytest.mark.parametrize("call", ROLE_COSTS)
def test_a_call_costs_the_same_with_many_roles_and_few(call, roles, shop, django_assert_num_queries):
    queries, method, path, body = ROLE_COSTS[call]
    names, bodies = roles
    many = {"everybody", "all"}
    body = body and {key: bodies[key] if value in many else value for key, value in body.items()}
    shop.get(f"{USERS}/auth0|nobody")

    with django_assert_num_queries(queries):
        assert shop.call(method, "/api/v2" + path.format(**names), body).status_code < 300
