"""What roles and people are permitted: `/roles/{id}/permissions` and `/users/{id}/permissions`."""

from __future__ import annotations

import pytest

from tests.api.answers import USERS, at, invalid_body, problem, shown
from users.actions.account.assign_roles import assign_roles
from users.conf import conf
from users.models import Change, Permission, ResourceServer, UserPermission
from users.rights.actor import command_actor
from users.rights.permissions import permissions_of
from users.tokens.scopes import CURRENT_USER_SCOPES, MACHINE_SCOPES

SONGS = "https://songs.example/"
SHELL = command_actor("tests")
DIRECT = {"source_id": "", "source_name": "", "source_type": "DIRECT"}
NOT_OURS = (
    400,
    "Scopes of the Management API cannot be assigned to users, through a role or directly.",
    "operation_not_supported",
)


def naming(*scopes, api=SONGS):
    """A body that names these scopes of the songs' API."""
    return {
        "permissions": [{"resource_server_identifier": api, "permission_name": scope} for scope in scopes]
    }


def listed(scope):
    """How a scope of the songs' API is shown."""
    return {
        "permission_name": f"{scope}:songs",
        "description": f"{scope} songs",
        "resource_server_name": "Songs",
        "resource_server_identifier": SONGS,
    }


@pytest.fixture(autouse=True)
def _songs(songs_api):
    """Each test has the songs' API."""


@pytest.fixture
def editor(make_role):
    return make_role("Editor")


@pytest.fixture(params=["role", "user"])
def holder(request, jane, editor):
    """The address of what a role permits, and of what Jane may do."""
    return {"role": f"/api/v2/roles/{editor.role_id}/permissions", "user": f"{at(jane)}/permissions"}[
        request.param
    ]


def held(shop, holder):
    return [one["permission_name"] for one in shown(shop.get(holder))]


def stored():
    return Permission.objects.count() + UserPermission.objects.count()


class TestBoth:
    def test_giving_answers_201_and_an_empty_object(self, shop, holder):
        response = shop.post(holder, naming("write:songs", "read:songs"))

        assert (response.status_code, shown(response)) == (201, {})
        assert held(shop, holder) == ["read:songs", "write:songs"]

    def test_giving_again_changes_nothing(self, shop, holder):
        shop.post(holder, naming("read:songs"))
        changes = Change.objects.count()

        assert shop.post(holder, naming("read:songs", "read:songs")).status_code == 201

        assert (stored(), Change.objects.count()) == (1, changes)

    def test_they_are_taken_by_a_delete_with_a_body(self, shop, holder):
        shop.post(holder, naming("read:songs", "write:songs"))

        response = shop.call("DELETE", holder, naming("read:songs"))

        assert (response.status_code, response.content) == (204, b"")
        assert held(shop, holder) == ["write:songs"]

    def test_taking_what_is_not_held_changes_nothing(self, shop, holder):
        shop.post(holder, naming("read:songs"))
        changes = Change.objects.count()

        for body in (naming("write:songs"), naming("no:such"), naming("read:songs", api="https://no.such/")):
            assert shop.call("DELETE", holder, body).status_code == 204

        assert (stored(), Change.objects.count()) == (1, changes)

    def test_with_totals_the_list_has_no_length(self, shop, holder):
        shop.post(holder, naming("read:songs", "write:songs", "burn:songs"))

        page = shown(shop.get(f"{holder}?include_totals=true&per_page=2&page=1"))

        assert len(page.pop("permissions")) == 1
        assert page == {"start": 2, "limit": 2, "total": 3}

    def test_what_is_no_scope_of_the_api_is_refused_and_nothing_given(self, shop, holder):
        response = shop.post(holder, naming("read:songs", "sing:songs"))

        assert problem(response) == invalid_body(
            "'sing:songs is no scope of https://songs.example/' on property permissions."
        )
        assert stored() == 0

    def test_an_api_that_does_not_exist(self, shop, holder):
        body = {"permissions": [*naming("read:songs")["permissions"], *naming("a", api="x")["permissions"]]}

        assert problem(shop.post(holder, body)) == (404, "The resource server does not exist: 'x'", None)
        assert stored() == 0

    @pytest.mark.parametrize("scope", [*CURRENT_USER_SCOPES, *MACHINE_SCOPES, "openid"])
    def test_scopes_of_the_management_api_are_nobodys(self, shop, holder, scope):
        body = naming(scope, api=conf.management_audience)
        body["permissions"] += naming("read:songs")["permissions"]

        assert problem(shop.post(holder, body)) == NOT_OURS
        assert stored() == 0

    @pytest.mark.parametrize("name", [None, "", "api/v2", "Management API"])
    def test_the_management_api_has_no_other_name(self, shop, holder, name):
        name = conf.management_audience.rstrip("/") if name == "api/v2" else name

        assert shop.post(holder, naming("read:users", api=name)).status_code in (400, 404)
        assert stored() == 0

    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    @pytest.mark.parametrize(
        ("body", "rule"),
        [
            ({}, "'Missing required property: permissions'."),
            (
                {"permissions": []},
                "'Array is too short (0), minimum 1' on property permissions"
                " (Scopes of APIs, each by the API's identifier and its own name).",
            ),
            (
                {"permissions": [{"permission_name": "read:songs"}]},
                "'Missing required property: resource_server_identifier' on property permissions[0]"
                " (Scopes of APIs, each by the API's identifier and its own name).",
            ),
            (
                {"permissions": ["read:songs"]},
                "'Expected type object but found type string' on property permissions[0]"
                " (Scopes of APIs, each by the API's identifier and its own name).",
            ),
        ],
        ids=["nothing", "none", "half", "a name"],
    )
    def test_what_is_no_list_of_permissions_is_refused(self, shop, holder, method, body, rule):
        assert problem(shop.call(method, holder, body)) == invalid_body(rule)

    def test_a_scope_that_its_api_has_no_more_is_held_no_more(self, shop, holder, songs_api):
        shop.post(holder, naming("read:songs", "write:songs"))

        server = f"/api/v2/resource-servers/{songs_api.resource_server_id}"
        shop.patch(server, {"scopes": [{"value": "read:songs"}]})

        assert held(shop, holder) == ["read:songs"]
        assert shown(shop.get(holder))[0]["description"] is None


class TestOfARole:
    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    def test_that_does_not_exist(self, shop, method):
        body = None if method == "GET" else naming("read:songs")

        response = shop.call(method, "/api/v2/roles/rol_0000000000000000/permissions", body)

        assert problem(response) == (404, "The role does not exist.", None)

    def test_each_shows_four_fields(self, shop, editor):
        address = f"/api/v2/roles/{editor.role_id}/permissions"
        shop.post(address, naming("read:songs"))

        assert shown(shop.get(address)) == [listed("read")]

    def test_whoever_has_it_may_do_so_from_now_on(self, shop, editor, songs_api, jane):
        assign_roles([jane.user_id], [editor.role_id], actor=SHELL)
        address = f"/api/v2/roles/{editor.role_id}/permissions"

        shop.post(address, naming("read:songs", "write:songs"))
        shop.call("DELETE", address, naming("read:songs"))

        assert permissions_of(jane, songs_api) == ["write:songs"]


class TestOfAUser:
    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    def test_that_does_not_exist(self, shop, method):
        body = None if method == "GET" else naming("read:songs")

        response = shop.call(method, f"{USERS}/auth0|nobody/permissions", body)

        assert problem(response) == (404, "The user does not exist.", "inexistent_user")

    def test_each_shows_where_it_comes_from(self, shop, make_role, jane):
        editor, viewer = make_role("Editor", "read:songs", "write:songs"), make_role("Viewer", "read:songs")
        assign_roles([jane.user_id], [editor.role_id, viewer.role_id], actor=SHELL)
        shop.post(f"{at(jane)}/permissions", naming("burn:songs", "read:songs"))

        by_editor = {"source_id": editor.role_id, "source_name": "Editor", "source_type": "ROLE"}
        by_viewer = {"source_id": viewer.role_id, "source_name": "Viewer", "source_type": "ROLE"}
        assert shown(shop.get(f"{at(jane)}/permissions")) == [
            {**listed("burn"), "sources": [DIRECT]},
            {**listed("read"), "sources": [DIRECT, by_editor, by_viewer]},
            {**listed("write"), "sources": [by_editor]},
        ]

    def test_what_comes_by_a_role_is_not_taken_here(self, shop, make_role, jane):
        editor = make_role("Editor", "read:songs")
        assign_roles([jane.user_id], [editor.role_id], actor=SHELL)
        shop.post(f"{at(jane)}/permissions", naming("read:songs"))

        shop.call("DELETE", f"{at(jane)}/permissions", naming("read:songs"))

        [left] = shown(shop.get(f"{at(jane)}/permissions"))
        assert [source["source_type"] for source in left["sources"]] == ["ROLE"]

    def test_nobody_elses_are_listed(self, shop, make_role, jane, stranger):
        assign_roles([stranger.user_id], [make_role("Editor", "read:songs").role_id], actor=SHELL)
        shop.post(f"{at(stranger)}/permissions", naming("write:songs"))

        assert shown(shop.get(f"{at(jane)}/permissions")) == []

    def test_each_change_stands_in_the_record(self, shop, jane):
        address = f"{at(jane)}/permissions"
        ResourceServer.objects.create(
            name="Films", identifier="https://films.example/", scopes=[{"value": "read:songs"}]
        )

        shop.post(address, naming("read:songs", "write:songs"))
        shop.post(address, naming("read:songs", api="https://films.example/"))
        shop.call("DELETE", address, naming("write:songs"))

        taken, second, given = jane.changes.filter(what="permissions")
        both = ["https://films.example/", SONGS]
        assert given.keys == {"read:songs": {"after": [SONGS]}, "write:songs": {"after": [SONGS]}}
        assert second.keys == {"read:songs": {"before": [SONGS], "after": both}}
        assert taken.keys == {"write:songs": {"before": [SONGS]}}
        assert (given.actor_kind, given.actor_name, given.face) == ("client", "Shop", "api")
