"""Staff rights are given by administrators alone, never more than the giver holds."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission

from users.actions.account.assign_staff_groups import set_staff_groups
from users.actions.account.create_user import create_user
from users.actions.account.edit_user import Edit, edit_user
from users.models import Change, User
from users.representation.validation import FieldError
from users.rights.actor import command_actor, owner_actor, staff_actor
from users.rights.errors import Denied, Protected
from users.tokens.scopes import MACHINE_SCOPES

SHELL = command_actor("tests")


def groups(*names):
    return Group.objects.filter(name__in=names)


def names_of(user):
    return set(user.groups.values_list("name", flat=True))


@pytest.fixture
def lead(agent):
    """A Support lead at the dashboard, who may do much but gives no rights."""
    return staff_actor(agent)


def test_an_administrator_gives_and_takes_rights(administrator, jane):
    set_staff_groups(jane, groups("Support", "Support lead"), actor=staff_actor(administrator))
    assert names_of(jane) == {"Support", "Support lead"}

    set_staff_groups(jane, groups("Support"), actor=staff_actor(administrator))
    assert names_of(jane) == {"Support"}


def test_an_administrator_makes_another(administrator, jane):
    set_staff_groups(jane, groups("Administrator"), actor=staff_actor(administrator))

    assert User.objects.get(pk=jane.pk).has_perm("users.administer")


def test_nobody_else_gives_rights(lead, actor_of, jane):
    for actor in (lead, owner_actor(jane), owner_actor(lead.user), actor_of(*MACHINE_SCOPES)):
        with pytest.raises(Denied):
            set_staff_groups(jane, groups("Support"), actor=actor)

    assert names_of(jane) == set()


def test_nobody_else_takes_rights_away(lead, actor_of, supporter):
    for actor in (lead, owner_actor(supporter), actor_of(*MACHINE_SCOPES)):
        with pytest.raises(Denied):
            set_staff_groups(supporter, [], actor=actor)

    assert names_of(supporter) == {"Support"}


def test_an_administrator_on_their_own_page_gives_no_rights(administrator, jane):
    with pytest.raises(Denied):
        set_staff_groups(jane, groups("Support"), actor=owner_actor(administrator))


def rights_of(group):
    return Group.objects.get(name=group).permissions.values_list("codename", flat=True)


@pytest.mark.parametrize("group", ["Support lead", "Administrator"])
def test_nobody_gives_more_than_they_hold(staff_with, jane, group):
    small = staff_with("administer", *rights_of("Support"))

    set_staff_groups(jane, groups("Support"), actor=small)
    with pytest.raises(Denied, match="rights that you do not have"):
        set_staff_groups(jane, groups("Support", group), actor=small)

    assert names_of(jane) == {"Support"}


def test_an_administrator_does_not_raise_themselves(staff_with):
    small = staff_with("administer")

    with pytest.raises(Denied, match="when the user is you"):
        set_staff_groups(small.user, groups("Administrator"), actor=small)


def test_an_administrator_does_not_lock_themselves_out(administrator):
    with pytest.raises(Denied, match="when the user is you"):
        set_staff_groups(administrator, [], actor=staff_actor(administrator))

    assert User.objects.get(pk=administrator.pk).is_staff


def test_rights_of_another_app_are_not_an_administrators_to_give(administrator, jane):
    foreign = Group.objects.create(name="Foreign")
    foreign.permissions.add(Permission.objects.get(codename="change_group"))

    with pytest.raises(Denied, match="rights that you do not have"):
        set_staff_groups(jane, [foreign], actor=staff_actor(administrator))


def test_an_administrator_takes_nothing_from_who_holds_more(administrator, make_user):
    root = make_user("root2", "Support", is_superuser=True)

    with pytest.raises(Protected):
        set_staff_groups(root, [], actor=staff_actor(administrator))

    assert names_of(root) == {"Support"}


def test_a_superuser_gives_any_group(root, jane):
    set_staff_groups(jane, groups("Administrator"), actor=root)

    assert names_of(jane) == {"Administrator"}


def test_superusers_are_made_on_the_command_line_alone(connection, actor_of, root):
    for actor in (actor_of(*MACHINE_SCOPES), root):
        with pytest.raises(Denied):
            create_user(connection, actor=actor, profile={"email": "x@example.com"}, is_superuser=True)

    made = create_user(connection, actor=SHELL, profile={"email": "x@example.com"}, is_superuser=True)
    assert made.is_superuser


@pytest.mark.parametrize(
    "field", ["is_superuser", "is_staff", "groups", "user_permissions", "roles", "password"]
)
def test_no_field_of_a_profile_gives_rights(actor_of, connection, jane, field):
    client = actor_of(*MACHINE_SCOPES)

    with pytest.raises(FieldError, match="Additional properties not allowed"):
        edit_user(jane, Edit(profile={field: True}), actor=client)
    with pytest.raises(FieldError, match="Additional properties not allowed"):
        create_user(connection, actor=client, profile={"email": "x@example.com", field: True})


def test_giving_the_same_rights_again_writes_nothing(administrator, supporter):
    before = Change.objects.count()

    user = set_staff_groups(supporter, groups("Support"), actor=staff_actor(administrator))

    assert (Change.objects.count(), user.version) == (before, supporter.version)


def test_the_record_names_the_groups_before_and_after(administrator, supporter):
    set_staff_groups(supporter, groups("Support lead"), actor=staff_actor(administrator), reason="promoted")

    change = supporter.changes.first()
    assert (change.what, change.reason, change.actor_id) == (
        "staff_rights",
        "promoted",
        administrator.user_id,
    )
    assert change.keys == {"groups": {"before": ["Support"], "after": ["Support lead"]}}
