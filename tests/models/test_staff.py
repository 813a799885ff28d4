"""Who is staff: derived from rights, never stored."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission

from tests.conftest import again
from users.actions.account.block_user import block_user
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor

SHELL = command_actor("tests")
VIEWS_BOTH = {"view_user", "view_app_metadata"}
EVERYTHING = VIEWS_BOTH | {
    "change_profile",
    "send_links",
    "unlock_user",
    "change_user_metadata",
    "change_app_metadata",
    "block_user",
    "create_user",
    "export_users",
    "delete_user",
    "view_changes",
    "share_segment",
    "write_notes",
    "administer",
}


def test_nobody_is_staff_without_rights(jane):
    assert not jane.is_staff


@pytest.mark.parametrize("group", ["Support", "Support lead", "Administrator"])
def test_members_of_a_staff_group_are_staff(make_user, group):
    assert make_user("agent", group).is_staff


@pytest.mark.parametrize("codename", sorted(EVERYTHING))
def test_any_permission_of_ours_given_directly_makes_staff(jane, codename):
    with allow_account_writes():
        jane.user_permissions.add(Permission.objects.get(codename=codename))

    assert again(jane).is_staff


def test_a_superuser_is_staff(make_user):
    assert make_user("root", is_superuser=True).is_staff


def test_a_permission_of_another_app_makes_no_staff(jane):
    with allow_account_writes():
        jane.user_permissions.add(Permission.objects.get(codename="change_group"))

    assert not again(jane).is_staff


def test_a_group_without_rights_makes_no_staff(jane):
    with allow_account_writes():
        jane.groups.add(Group.objects.create(name="Book club"))

    assert not again(jane).is_staff


@pytest.mark.parametrize("given", [{"is_superuser": True}, {}], ids=["superuser", "group"])
def test_blocked_staff_is_no_staff(make_user, given):
    agent = make_user("agent", "Support lead", **given)

    block_user(agent, actor=SHELL)

    assert not again(agent).is_staff


def test_no_document_and_no_name_makes_staff(make_user):
    claims = {"is_staff": True, "is_superuser": True, "roles": ["Administrator"]}

    user = make_user("admin", name="Administrator", user_metadata=claims, app_metadata=claims)

    assert not user.is_staff


@pytest.mark.parametrize(
    ("group", "codenames"),
    [
        ("Support", VIEWS_BOTH | {"change_user_metadata", "send_links", "unlock_user", "write_notes"}),
        (
            "Support lead",
            EVERYTHING - {"delete_user", "administer"},
        ),
        ("Administrator", EVERYTHING),
    ],
)
def test_a_group_holds_exactly_these_permissions(db, group, codenames):
    held = Group.objects.get(name=group).permissions.values_list("content_type__app_label", "codename")

    assert set(held) == {("users", codename) for codename in codenames}


def test_there_are_these_permissions_and_no_others(db):
    ours = Permission.objects.filter(content_type__app_label="users")

    assert set(ours.values_list("codename", flat=True)) == EVERYTHING
