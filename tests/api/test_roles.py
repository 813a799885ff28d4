"""Roles themselves: `/roles` and `/roles/{id}`."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from tests.api.answers import at, invalid_body, invalid_query, problem, shown
from users.actions.account.assign_roles import assign_roles
from users.models import Change, Permission, Role, RoleMember, User
from users.rights.actor import command_actor

ROLES = "/api/v2/roles"
NOBODYS = f"{ROLES}/rol_0000000000000000"
ABSENT = (404, "The role does not exist.", None)
TAKEN = (409, "The role already exists.", "conflict")
SHELL = command_actor("tests")


def of(role):
    return f"{ROLES}/{role.role_id}"


def names(answer):
    return [role["name"] for role in answer]


class TestCreate:
    def test_a_new_role_is_answered_with_200(self, shop):
        response = shop.post(ROLES, {"name": "Editor", "description": "Edits lists"})

        made = shown(response)
        assert response.status_code == 200
        assert re.fullmatch("rol_[A-Za-z0-9]{16}", made.pop("id"))
        assert made == {"name": "Editor", "description": "Edits lists"}

    @pytest.mark.parametrize("body", [{}, {"description": None}, {"description": ""}])
    def test_one_without_a_description_shows_null(self, shop, body):
        made = shown(shop.post(ROLES, {"name": "Editor", **body}))

        assert made["description"] is None
        assert shown(shop.get(f"{ROLES}/{made['id']}")) == made

    def test_a_name_is_taken_once(self, shop, make_role):
        make_role("Editor")

        assert problem(shop.post(ROLES, {"name": "Editor"})) == TAKEN
        assert Role.objects.count() == 1

    def test_a_form_will_do(self, shop):
        header = {"HTTP_AUTHORIZATION": f"Bearer {shop.token}"}
        form = {"data": urlencode({"name": "Editor"}), "content_type": "application/x-www-form-urlencoded"}

        made = shown(shop.browser.generic("POST", ROLES, **form, **header))

        assert made["name"] == "Editor"

    @pytest.mark.parametrize(
        ("body", "rule"),
        [
            ({}, "'Missing required property: name'."),
            ({"name": ""}, "'String is too short (0 chars), minimum 1' on property name (Name of the role)."),
            (
                {"name": "x" * 256},
                "'String is too long (256 chars), maximum 255' on property name (Name of the role).",
            ),
            (
                {"name": None},
                "'Expected type string but found type null' on property name (Name of the role).",
            ),
            ({"name": "a", "id": "rol_x"}, "'Additional properties not allowed: id'."),
        ],
        ids=["nothing", "no name", "too long a name", "null", "an id"],
    )
    def test_what_is_no_role_is_refused(self, shop, body, rule):
        assert problem(shop.post(ROLES, body)) == invalid_body(rule)
        assert not Role.objects.exists()

    @pytest.mark.parametrize("name", ["two\nlines", "nul\0", "  "])
    def test_a_name_is_one_line_in_forms_too(self, shop, name):
        header = {"HTTP_AUTHORIZATION": f"Bearer {shop.token}"}
        form = {"data": urlencode({"name": name}), "content_type": "application/x-www-form-urlencoded"}

        assert shop.browser.generic("POST", ROLES, **form, **header).status_code == 400


class TestReadAndChange:
    def test_it_shows_id_name_and_description(self, shop, make_role):
        editor = make_role("Editor", description="Edits lists")

        assert shown(shop.get(of(editor))) == {
            "id": editor.role_id,
            "name": "Editor",
            "description": "Edits lists",
        }

    def test_a_patch_sets_what_it_names(self, shop, make_role):
        editor = make_role("Editor", description="Edits lists")
        before = shown(shop.get(of(editor)))

        assert shown(shop.patch(of(editor), {"description": "Edits"})) == before | {"description": "Edits"}
        assert shown(shop.patch(of(editor), {"name": "Chief"})) == shown(shop.get(of(editor)))
        assert shown(shop.get(of(editor))) == before | {"name": "Chief", "description": "Edits"}
        assert shown(shop.patch(of(editor), {"description": None}))["description"] is None

    def test_what_is_read_can_be_sent_back_but_for_the_id(self, shop, make_role):
        editor = make_role("Editor")
        read = shown(shop.get(of(editor)))
        sent = {name: value for name, value in read.items() if name != "id"}

        assert shown(shop.patch(of(editor), sent)) == read
        assert shown(shop.patch(of(editor), {})) == read

    def test_a_renamed_role_is_found_by_its_new_name_only(self, shop, make_role):
        shop.patch(of(make_role("Editor")), {"name": "Ämterchef"})

        assert names(shown(shop.get(f"{ROLES}?name_filter=editor"))) == []
        assert names(shown(shop.get(f"{ROLES}?name_filter=ämter"))) == ["Ämterchef"]

    def test_it_cannot_take_anothers_name(self, shop, make_role):
        make_role("Editor")
        viewer = make_role("Viewer")

        assert problem(shop.patch(of(viewer), {"name": "Editor"})) == TAKEN
        assert shown(shop.get(of(viewer)))["name"] == "Viewer"

    @pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
    def test_where_there_is_none_it_is_404_without_a_code(self, shop, method):
        body = {"name": "Editor"} if method == "PATCH" else None

        assert problem(shop.call(method, NOBODYS, body)) == ABSENT

    @pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
    @pytest.mark.parametrize("id", ["nobody", "rol_short", "rol_0000000000000000x", "rol_%00"])
    def test_what_is_no_id_of_a_role_is_refused(self, shop, method, id):
        status, text, code = problem(shop.call(method, f"{ROLES}/{id}", {} if method == "PATCH" else None))

        assert (status, code) == (400, "invalid_uri")
        assert text.startswith("Path validation error: 'String does not match pattern ^rol_[A-Za-z0-9]{16}$:")
        assert text.endswith("' on property id (The id of the role).")


class TestDelete:
    def test_it_is_gone_and_deleting_it_again_is_404(self, shop, make_role):
        editor = make_role("Editor")

        # Auth0's own Go program sends a body along.
        response = shop.call("DELETE", of(editor), {})

        assert (response.status_code, shown(response)) == (200, {})
        assert problem(shop.get(of(editor))) == ABSENT
        assert problem(shop.delete(of(editor))) == ABSENT

    def test_everybody_loses_it_and_what_it_permitted(self, shop, make_role, songs_api, jane, stranger):
        editor, viewer = make_role("Editor", "read:songs", "write:songs"), make_role("Viewer", "read:songs")
        assign_roles([jane.user_id, stranger.user_id], [editor.role_id, viewer.role_id], actor=SHELL)

        shop.delete(of(editor))

        assert names(shown(shop.get(f"{at(jane)}/roles"))) == ["Viewer"]
        permissions = shown(shop.get(f"{at(jane)}/permissions"))
        assert [one["permission_name"] for one in permissions] == ["read:songs"]
        assert RoleMember.objects.count() == 2
        assert Permission.objects.count() == 1

    def test_everybody_is_told_by_their_record(self, shop, make_role, jane, stranger):
        editor = make_role("Editor")
        assign_roles([jane.user_id], [editor.role_id], actor=SHELL)

        shop.delete(of(editor))

        line = jane.changes.first()
        assert (line.what, line.subject) == ("roles", jane.user_id)
        assert line.keys == {"Editor": {"before": editor.role_id}}
        assert (line.actor_kind, line.actor_name, line.face) == ("client", "Shop", "api")
        assert line.request_id
        assert stranger.changes.filter(what="roles").count() == 0

    def test_nobody_is_touched_otherwise(self, shop, make_role, jane):
        editor = make_role("Editor")
        assign_roles([jane.user_id], [editor.role_id], actor=SHELL)
        before = User.objects.filter(pk=jane.pk).values().get()

        shop.delete(of(editor))

        assert User.objects.filter(pk=jane.pk).values().get() == before


class TestList:
    @pytest.fixture(autouse=True)
    def three(self, make_role):
        return [make_role(name) for name in ("Editor", "Chief editor", "100% Viewer")]

    def test_it_is_a_bare_array_in_the_order_of_making(self, shop, three):
        assert shown(shop.get(ROLES)) == [
            {"id": role.role_id, "name": role.name, "description": None} for role in three
        ]

    def test_with_totals_it_has_no_length(self, shop):
        page = shown(shop.get(f"{ROLES}?include_totals=true&per_page=2&page=1"))

        assert names(page.pop("roles")) == ["100% Viewer"]
        assert page == {"start": 2, "limit": 2, "total": 3}

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("editor", ["Editor", "Chief editor"]),
            ("EDIT", ["Editor", "Chief editor"]),
            ("chief e", ["Chief editor"]),
            ("%", ["100% Viewer"]),
            ("_", []),
            ("", ["Editor", "Chief editor", "100% Viewer"]),
            ("\0", []),
        ],
    )
    def test_names_are_looked_into_whatever_their_case(self, shop, text, found):
        page = shown(shop.get(f"{ROLES}?{urlencode({'name_filter': text, 'include_totals': 'true'})}"))

        assert names(page["roles"]) == found
        assert page["total"] == len(found)

    def test_it_has_no_checkpoints(self, shop):
        refused = invalid_query("'Additional properties not allowed: take'.")

        assert problem(shop.get(f"{ROLES}?take=2")) == refused


def test_no_role_gives_rights_at_the_desk(shop, make_role, songs_api, jane, browser):
    administrator = make_role("Administrator", "burn:songs")

    shop.post(f"{of(administrator)}/users", {"users": [jane.user_id]})

    jane = User.objects.get(pk=jane.pk)
    assert not jane.is_staff
    assert not jane.get_all_permissions()
    assert browser(jane).get("/admin/").url.startswith("/admin/login/")


def test_making_and_changing_roles_writes_nothing_about_anybody(shop, jane):
    before = Change.objects.count()

    made = shown(shop.post(ROLES, {"name": "Editor"}))
    shop.patch(f"{ROLES}/{made['id']}", {"name": "Chief"})
    shop.delete(f"{ROLES}/{made['id']}")

    assert Change.objects.count() == before
