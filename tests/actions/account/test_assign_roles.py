"""Giving roles and taking them, and defining them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from users.actions.access.roles import add_role_permissions, delete_role, edit_role, remove_role_permissions
from users.actions.account.assign_roles import assign_roles, remove_roles
from users.actions.account.delete_user import delete_user
from users.actions.errors import (
    AlreadyExists,
    NotSupported,
    RoleNotFound,
    ServerNotFound,
    UnknownPermission,
    UserNotFound,
)
from users.conf import conf
from users.models import Change, Permission, Role, RoleMember
from users.rights.actor import bearer_actor, command_actor, owner_actor, staff_actor
from users.rights.errors import Denied
from users.tokens.scopes import CURRENT_USER_SCOPES

SHELL = command_actor("tests")
READ = ("https://songs.example/", "read:songs")


@pytest.fixture
def editor(make_role) -> Role:
    return make_role("Editor")


def ids(rows):
    return [getattr(row, "user_id", None) or row.role_id for row in rows]


def changes():
    return Change.objects.filter(what="roles")


@pytest.fixture
def cost():
    """How many statements a call takes: `cost(give_roles, users, roles)`."""

    def count(action, *args):
        with CaptureQueriesContext(connection) as captured:
            action(*args, actor=SHELL)
        return len(captured)

    return count


@pytest.mark.parametrize("action", [assign_roles, remove_roles])
def test_many_people_cost_what_one_does(cost, make_user, editor, action):
    people = [make_user(f"user-{number}") for number in range(101)]
    if action is remove_roles:
        assign_roles(ids(people), [editor.role_id], actor=SHELL)
    before = changes().count()

    few = cost(action, ids(people[:1]), [editor.role_id])
    many = cost(action, ids(people[1:]), [editor.role_id])

    # SQLite takes no more than eighty lines of the record in one statement.
    assert many == few + (connection.vendor == "sqlite")
    assert changes().count() == before + 101


@pytest.mark.parametrize("action", [assign_roles, remove_roles])
def test_many_roles_cost_what_one_does_and_are_one_line(cost, make_role, jane, action):
    roles = [make_role(f"Role {number}") for number in range(50)]
    if action is remove_roles:
        assign_roles([jane.user_id], ids(roles), actor=SHELL)

    few = cost(action, [jane.user_id], ids(roles[:1]))
    many = cost(action, [jane.user_id], ids(roles[1:]))

    assert few == many
    assert len(jane.changes.first().keys) == 49


def test_a_mixed_lot_is_made_equal_and_each_is_told_only_what_is_new(make_role, editor, jane, stranger):
    viewer = make_role("Viewer")
    assign_roles([jane.user_id], [editor.role_id], actor=SHELL)

    assign_roles(ids([jane, stranger]), ids([editor, viewer]), actor=SHELL, reason="New season")

    assert RoleMember.objects.count() == 4
    assert jane.changes.first().keys == {"Viewer": {"after": viewer.role_id}}
    assert stranger.changes.first().keys == {
        "Editor": {"after": editor.role_id},
        "Viewer": {"after": viewer.role_id},
    }
    assert {line.reason for line in (jane.changes.first(), stranger.changes.first())} == {"New season"}


@pytest.mark.parametrize("action", [assign_roles, remove_roles])
def test_who_may_not_changes_nothing(actor_of, editor, jane, agent, supporter, action):
    assign_roles([agent.user_id], [editor.role_id], actor=SHELL)
    refused = [
        owner_actor(jane),
        bearer_actor(jane, frozenset(CURRENT_USER_SCOPES)),
        staff_actor(supporter),
        actor_of("read:users", "read:roles", "create:roles", "delete:roles", "read:role_members"),
    ]

    for actor in refused:
        with pytest.raises(Denied):
            action([jane.user_id, agent.user_id], [editor.role_id], actor=actor)

    assert [member.user for member in RoleMember.objects.all()] == [agent]
    assert changes().count() == 1


def test_of_staff_only_administrators_may_change_roles(editor, jane, agent, administrator):
    with pytest.raises(Denied):
        assign_roles([jane.user_id], [editor.role_id], actor=staff_actor(agent))

    assign_roles([jane.user_id], [editor.role_id], actor=staff_actor(administrator))

    assert jane.changes.first().actor_name == "admin@example.com"


@pytest.mark.parametrize("action", [assign_roles, remove_roles])
@pytest.mark.parametrize("missing", ["user", "role"])
def test_one_that_does_not_exist_spoils_all(editor, jane, stranger, make_role, action, missing):
    assign_roles([stranger.user_id], [editor.role_id], actor=SHELL)
    people, roles = ids([jane, stranger]), [editor.role_id]
    lost = {"user": people, "role": roles}[missing]
    lost.append({"user": "auth0|nobody", "role": "rol_0000000000000000"}[missing])

    with pytest.raises({"user": UserNotFound, "role": RoleNotFound}[missing]):
        action(people, roles, actor=SHELL)

    assert [member.user for member in RoleMember.objects.all()] == [stranger]
    assert changes().count() == 1


def test_an_account_deleted_takes_its_memberships_along(editor, jane):
    assign_roles([jane.user_id], [editor.role_id], actor=SHELL)

    delete_user(jane, actor=SHELL)

    assert not RoleMember.objects.exists()
    assert Role.objects.get() == editor


class TestDefining:
    def test_a_taken_name_and_the_role_stays(self, editor, make_role):
        viewer = make_role("Viewer")

        for attempt in (
            lambda: make_role("Editor"),
            lambda: edit_role(viewer, {"name": "Editor", "name_folded": "editor"}, actor=SHELL),
        ):
            with pytest.raises(AlreadyExists):
                attempt()

        assert sorted(Role.objects.values_list("name", "name_folded")) == [
            ("Editor", "editor"),
            ("Viewer", "viewer"),
        ]

    def test_a_role_deleted_meanwhile(self, editor, songs_api):
        delete_role(editor, actor=SHELL)
        gone = Role(pk=editor.pk or 1, role_id=editor.role_id)

        for attempt in (
            lambda: edit_role(gone, {"description": "x"}, actor=SHELL),
            lambda: delete_role(gone, actor=SHELL),
            lambda: add_role_permissions(gone, frozenset({READ}), actor=SHELL),
            lambda: remove_role_permissions(gone, frozenset({READ}), actor=SHELL),
        ):
            with pytest.raises(RoleNotFound):
                attempt()

        assert not Permission.objects.exists()

    def test_deleting_costs_the_same_for_few_and_many_members(self, cost, make_user, make_role):
        rare, common = make_role("Rare"), make_role("Common")
        people = [make_user(f"user-{number}") for number in range(150)]
        assign_roles(ids(people[:1]), [rare.role_id], actor=SHELL)
        assign_roles(ids(people), [common.role_id], actor=SHELL)
        before = changes().count()

        few, many = cost(delete_role, rare), cost(delete_role, common)

        assert few == many
        assert changes().count() == before + 151

    def test_many_permissions_cost_what_one_does(self, cost, make_role, songs_api):
        songs_api.scopes = [{"value": f"do:{number}"} for number in range(200)]
        songs_api.save()
        wanted = [(songs_api.identifier, f"do:{number}") for number in range(200)]
        one, another = make_role("One"), make_role("Another")

        few = cost(lambda actor: add_role_permissions(one, frozenset(wanted[:1]), actor=actor))
        many = cost(lambda actor: add_role_permissions(another, frozenset(wanted), actor=actor))

        assert few == many
        assert cost(lambda actor: remove_role_permissions(another, frozenset(wanted), actor=actor)) == cost(
            lambda actor: remove_role_permissions(one, frozenset(wanted), actor=actor)
        )
        assert not Permission.objects.exists()

    @pytest.mark.parametrize(
        ("wanted", "error"),
        [
            (("https://songs.example/", "sing:songs"), UnknownPermission),
            (("https://no.such/", "read:songs"), ServerNotFound),
            (("ours", "read:current_user"), NotSupported),
            (("ours", "read:users"), NotSupported),
        ],
    )
    def test_what_nobody_can_be_given(self, editor, songs_api, wanted, error):
        identifier = conf.management_audience if wanted[0] == "ours" else wanted[0]

        with pytest.raises(error):
            add_role_permissions(editor, frozenset({READ, (identifier, wanted[1])}), actor=SHELL)

        assert not Permission.objects.exists()
