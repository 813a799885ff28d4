"""`/users/{id}/roles` and `/users/{id}/organizations`."""

from __future__ import annotations

import pytest

from tests.api.answers import USERS, at, invalid_body, problem, shown
from users.models import Change, Role, RoleMember, User

NO_ROLE = (404, "The role does not exist.", None)
NO_USER = (404, "The user does not exist.", "inexistent_user")
UNKNOWN = "rol_0000000000000000"


@pytest.fixture
def editor(make_role) -> Role:
    return make_role("Editor", description="Edits lists")


@pytest.fixture
def viewer(make_role) -> Role:
    return make_role("Viewer")


@pytest.fixture
def give(shop):
    def ask(user, *roles):
        return shop.post(f"{at(user)}/roles", {"roles": [role.role_id for role in roles]})

    return ask


@pytest.fixture
def take(shop):
    def ask(user, *roles):
        return shop.call("DELETE", f"{at(user)}/roles", {"roles": [role.role_id for role in roles]})

    return ask


def test_roles_are_given_and_listed(shop, give, jane, editor, viewer):
    response = give(jane, viewer, editor)

    assert (response.status_code, response.content) == (204, b"")
    assert shown(shop.get(f"{at(jane)}/roles")) == [
        {"id": editor.role_id, "name": "Editor", "description": "Edits lists"},
        {"id": viewer.role_id, "name": "Viewer", "description": None},
    ]


def test_with_totals_the_list_has_no_length(shop, give, jane, editor, viewer):
    give(jane, viewer, editor)

    page = shown(shop.get(f"{at(jane)}/roles?include_totals=true&per_page=1&page=1"))

    assert [role["name"] for role in page.pop("roles")] == ["Viewer"]
    assert page == {"start": 1, "limit": 1, "total": 2}


def test_nobody_elses_roles_are_listed(shop, give, jane, stranger, editor):
    give(stranger, editor)

    assert shown(shop.get(f"{at(jane)}/roles")) == []


def test_roles_are_taken_by_a_delete_with_a_body(shop, give, take, jane, editor, viewer):
    give(jane, editor, viewer)

    response = take(jane, editor)

    assert (response.status_code, response.content) == (204, b"")
    assert [role["name"] for role in shown(shop.get(f"{at(jane)}/roles"))] == ["Viewer"]


def test_each_change_stands_in_the_record(give, take, jane, editor, viewer):
    give(jane, editor, viewer)
    take(jane, viewer)

    taken, given = jane.changes.filter(what="roles")
    assert given.keys == {"Editor": {"after": editor.role_id}, "Viewer": {"after": viewer.role_id}}
    assert taken.keys == {"Viewer": {"before": viewer.role_id}}
    assert (given.actor_kind, given.actor_name, given.face) == ("client", "Shop", "api")


def test_what_changes_nothing_writes_nothing(give, take, jane, editor, viewer):
    give(jane, editor)
    before = (list(RoleMember.objects.values()), Change.objects.count())

    assert give(jane, editor).status_code == 204
    assert take(jane, viewer).status_code == 204

    assert (list(RoleMember.objects.values()), Change.objects.count()) == before


def test_a_role_given_beside_one_held_is_the_only_one_recorded(give, jane, editor, viewer):
    give(jane, editor)
    give(jane, editor, viewer)

    assert jane.changes.first().keys == {"Viewer": {"after": viewer.role_id}}


def test_the_account_itself_stays_as_it_is(give, take, jane, editor):
    before = User.objects.filter(pk=jane.pk).values().get()

    give(jane, editor)
    take(jane, editor)

    assert User.objects.filter(pk=jane.pk).values().get() == before


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_role_that_does_not_exist_and_nothing_changes(shop, give, jane, editor, viewer, method):
    give(jane, editor)
    named = {"POST": viewer, "DELETE": editor}[method].role_id

    response = shop.call(method, f"{at(jane)}/roles", {"roles": [named, UNKNOWN]})

    assert problem(response) == NO_ROLE
    assert [member.role for member in RoleMember.objects.all()] == [editor]


@pytest.mark.parametrize(
    ("user_id", "expected"),
    [("auth0|nobody", NO_USER), ("jane", (400, None, "invalid_uri"))],
    ids=["nobody", "no id"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_of_a_user_that_does_not_exist(shop, editor, method, user_id, expected):
    body = None if method == "GET" else {"roles": [editor.role_id]}

    status, text, code = problem(shop.call(method, f"{USERS}/{user_id}/roles", body))

    assert (status, code) == expected[::2]
    assert expected[1] in (text, None)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"roles": []}, "'Array is too short (0), minimum 1' on property roles (Ids of the roles)."),
        ({}, "'Missing required property: roles'."),
        (
            {"roles": ["Editor"]},
            "'String does not match pattern ^rol_[A-Za-z0-9]{16}$: Editor' on property roles[0]"
            " (The id of the role).",
        ),
        ({"roles": [UNKNOWN], "role": 1}, "'Additional properties not allowed: role'."),
    ],
    ids=["none", "nothing", "a name", "more"],
)
def test_what_is_no_list_of_roles_is_refused(shop, jane, method, body, rule):
    assert problem(shop.call(method, f"{at(jane)}/roles", body)) == invalid_body(rule)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_body_there_must_be(shop, jane, method):
    assert problem(shop.call(method, f"{at(jane)}/roles"))[::2] == (400, "invalid_body")


def test_the_scope_to_give_is_none_to_take(api, jane, editor):
    clerk = api("create:role_members")
    body = {"roles": [editor.role_id]}

    assert clerk.post(f"{at(jane)}/roles", body).status_code == 204
    assert problem(clerk.call("DELETE", f"{at(jane)}/roles", body)) == (
        403,
        "Insufficient scope, expected any of: update:users,delete:role_members",
        "insufficient_scope",
    )
    assert problem(clerk.get(f"{at(jane)}/roles")) == (
        403,
        "Insufficient scope, expected any of: read:users read:roles,read:role_members",
        "insufficient_scope",
    )


class TestOrganizations:
    def test_there_are_none(self, shop, jane):
        assert shown(shop.get(f"{at(jane)}/organizations")) == []

    def test_with_totals_either(self, shop, jane):
        page = shown(shop.get(f"{at(jane)}/organizations?include_totals=true&page=2&per_page=10"))

        assert page == {"organizations": [], "start": 20, "limit": 10, "total": 0}

    def test_of_nobody(self, shop):
        assert problem(shop.get(f"{USERS}/auth0|nobody/organizations")) == NO_USER
