"""`fields` in every list: what an answer shows can be asked for, and nothing else."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client as Browser

from tests.api.answers import at, problem, shown
from tests.conftest import PASSWORD, SHELL
from tests.second_factor import enrol
from tests.web.pages import open_page
from users.actions.account.assign_permissions import assign_permissions
from users.actions.account.assign_roles import assign_roles
from users.actions.authorizations.authorizations import create_authorization
from users.actions.rules.rules import create_rule
from users.actions.search_setup.indexed_keys import index_key
from users.api.endpoints import ENDPOINTS
from users.events.stream import publish
from users.models import Client, Consent, RefreshToken

# The name under which an answer wraps its items; None where it is the bare list.
LISTS = {
    "/users": None,
    "/users-by-email?email=jane.doe@example.com": None,
    "/users/{user_id}/roles": None,
    "/users/{user_id}/permissions": None,
    "/users/{user_id}/authentication-methods": None,
    "/users/{user_id}/enrollments": None,
    "/users/{user_id}/sessions": "sessions",
    "/users/{user_id}/refresh-tokens": "tokens",
    "/users/{user_id}/logs": None,
    "/users/{user_id}/history": None,
    "/roles": None,
    "/roles/{role_id}/users": None,
    "/roles/{role_id}/users?take=1": "users",
    "/roles/{role_id}/permissions": None,
    "/connections": None,
    "/clients": None,
    "/client-grants": None,
    "/grants": None,
    "/resource-servers": None,
    "/logs": None,
    "/rules": None,
    "/events": "events",
    "/metadata/indexes": None,
    "/stats/daily": None,
}
# The first is always empty, the second as long as no survey has been made; blocks are an object, not a list;
# the next two show ids or whole objects of another list. Settings of rules show their key alone.
OTHERS = {
    *("/users/{user_id}/organizations", "/metadata/keys", "/user-blocks", "/user-blocks/{user_id}"),
    *("/connections/{connection_id}/clients", "/clients/{client_id}/connections"),
    "/rules-configs",
}


@pytest.fixture
def everything(shop, jane, make_role, songs_api):
    """Something in every list, and the parts of the paths."""
    role = make_role("Editor", "read:songs", description="Edits")
    assign_roles([jane.user_id], [role.role_id], actor=SHELL)
    assign_permissions(jane, frozenset({(songs_api.audience, "read:songs")}), actor=SHELL)
    # By the form, since only a real sign-in is counted in the daily statistics.
    open_page(Browser(), "/login/").press("Sign in", login=jane.email, password=PASSWORD)
    enrol(jane)
    index_key("app_metadata.plan", actor=SHELL)
    create_rule(name="Deny", script="function (user, context, callback) {}", actor=SHELL)
    client = Client.objects.first()
    authorization = create_authorization(
        jane, client, connection=jane.connection, server=None, scope=["openid"], methods=["pwd"]
    )
    RefreshToken.objects.create(authorization=authorization, family_hash="a", is_rotating=True)
    Consent.objects.create(user=jane, client=client, scope=["openid"])
    publish()
    return {"user_id": jane.user_id, "role_id": role.role_id}


def test_every_field_that_a_list_shows_can_be_asked_for(shop, everything):
    for path, name in LISTS.items():
        path = "/api/v2" + path.format(**everything)
        mark = "&" if "?" in path else "?"
        items = _items(shown(shop.get(path)), name)
        assert items, path

        for field in items[0]:
            answer = _items(shown(shop.get(f"{path}{mark}fields={quote(field)}")), name)
            assert answer[0] == {field: items[0][field]}, (path, field)


def test_no_list_is_forgotten():
    tested = {path.partition("?")[0].replace("{role_id}", "{id}") for path in LISTS}
    lists = {
        path
        for path, view in ENDPOINTS.items()
        if "GET" in view.operations and view.operations["GET"].summary.startswith("List")
    }
    assert lists <= tested | OTHERS


@pytest.mark.parametrize("path", ["/logs", "/roles", "/events", "/users/{user_id}/history", "/stats/daily"])
def test_what_a_list_does_not_show_is_refused(shop, everything, path):
    answer = problem(shop.get(f"/api/v2{path.format(**everything)}?fields=shoe_size"))

    assert answer[::2] == (400, "invalid_query_string")


def test_the_fields_of_logs_that_sdks_ask_for(shop, jane):
    shop.patch(at(jane), {"nickname": "Jay"})

    (entry, *_) = shown(shop.get("/api/v2/logs?fields=log_id,type,date"))

    assert entry.keys() == {"log_id", "type", "date"}


def _items(answer, name):
    return answer[name] if name else answer
