"""Accounts with staff rights are out of reach of all but administrators.

One attack a path: whoever could change a staff member's address or password would hold
that member's rights.
"""

from __future__ import annotations

from functools import partial

import pytest
from django.contrib.auth.models import Permission
from django.forms.models import model_to_dict

from users.actions.account.block_user import block_user, unblock_user
from users.actions.account.delete_user import delete_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.multifactor import remove_multifactor
from users.models import Change, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor, owner_actor, staff_actor
from users.rights.errors import Denied, Protected
from users.tokens.scopes import MACHINE_SCOPES

SHELL = command_actor("tests")
ALL_BUT_ADMINISTER = (
    "view_user",
    "change_profile",
    "change_user_metadata",
    "view_app_metadata",
    "change_app_metadata",
    "block_user",
    "delete_user",
)


def sets(**profile):
    return lambda user, actor: edit_user(user, Edit(profile=profile), actor=actor)


ATTACKS = {
    "email": sets(email="thief@example.com"),
    "no email": sets(email=None),
    "email_verified": sets(email_verified=True),
    "phone number": sets(phone_number="+4912345"),
    "phone_verified": sets(phone_verified=True),
    "user name": sets(username="thief"),
    "password": lambda user, actor: edit_user(user, Edit(password="stolen horse battery"), actor=actor),
    "block": lambda user, actor: block_user(user, actor=actor),
    "unblock": lambda user, actor: unblock_user(user, actor=actor),
    "blocked beside a name": sets(name="Harmless", blocked=True),
    "delete": lambda user, actor: delete_user(user, actor=actor),
    "second factor": lambda user, actor: remove_multifactor(user, actor=actor),
}
attacks = pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)


@pytest.fixture(autouse=True)
def _user_names(connection):
    """So that a user name is refused for the right reason."""
    connection.options = {"requires_username": True}
    connection.save()


@pytest.fixture
def target(request, make_user):
    """An account of the kind a test names."""
    make_user = partial(make_user, phone_number="+491")
    kind = request.param
    if kind == "one permission":
        user = make_user("target")
        with allow_account_writes():
            user.user_permissions.add(Permission.objects.get(codename="view_user"))
    elif kind == "superuser":
        user = make_user("target", is_superuser=True)
    elif kind.startswith("blocked "):
        user = make_user("target", kind.removeprefix("blocked "), blocked=True)
    else:
        user = make_user("target", *([kind] if kind != "nobody" else []))
    return User.objects.get(pk=user.pk)


def targets(*kinds):
    return pytest.mark.parametrize("target", kinds, indirect=True)


@pytest.fixture
def unchanged(target):
    """Whether account and record are as they were when the test began."""

    def state():
        now = User.objects.get(pk=target.pk)
        return model_to_dict(now), now.password, Change.objects.filter(subject=now.user_id).count()

    before = state()
    return lambda: state() == before


STAFF = ("Support", "Support lead", "Administrator", "superuser", "one permission")


@attacks
@targets(*STAFF, "blocked Support", "blocked Administrator")
def test_a_client_with_every_scope_cannot(actor_of, target, attack, unchanged):
    with pytest.raises(Protected):
        attack(target, actor_of(*MACHINE_SCOPES))

    assert unchanged()


@attacks
@targets(*STAFF, "blocked Support", "blocked Administrator")
def test_staff_with_every_right_but_administer_cannot(staff_with, target, attack, unchanged):
    with pytest.raises(Denied):
        attack(target, staff_with(*ALL_BUT_ADMINISTER))

    assert unchanged()


@attacks
@targets("superuser")
def test_an_administrator_cannot_touch_a_superuser(administrator, target, attack, unchanged):
    with pytest.raises(Protected, match="more rights than you"):
        attack(target, staff_actor(administrator))

    assert unchanged()


@attacks
@targets("Support lead")
def test_an_administrator_cannot_touch_who_holds_more(staff_with, target, attack, unchanged):
    small = staff_with("administer", "change_profile", "block_user", "delete_user")

    with pytest.raises(Protected, match="more rights than you"):
        attack(target, small)

    assert unchanged()


@attacks
@targets(*STAFF, "nobody")
def test_people_on_their_own_page_cannot(stranger, target, attack, unchanged):
    with pytest.raises(Denied):
        attack(target, owner_actor(stranger))

    assert unchanged()


# That the attacks fail for the target's sake and not for another reason.
@attacks
@targets("nobody")
def test_a_client_with_every_scope_may_where_there_are_no_staff_rights(actor_of, target, attack):
    attack(target, actor_of(*MACHINE_SCOPES))


@attacks
@targets("Support", "Support lead", "Administrator", "one permission", "blocked Administrator")
def test_an_administrator_may_where_nobody_holds_more(administrator, target, attack):
    attack(target, staff_actor(administrator))


@attacks
@targets("superuser", "Administrator")
def test_a_superuser_may(root, target, attack):
    attack(target, root)


@attacks
@targets("superuser")
def test_who_has_the_shell_may(target, attack):
    attack(target, SHELL)


def test_rights_that_were_taken_away_protect_no_longer(staff_with, supporter):
    with allow_account_writes():
        supporter.groups.clear()

    edit_user(supporter, Edit(profile={"email": "new@example.com"}), actor=staff_with("change_profile"))

    assert User.objects.by_email("new@example.com").exists()


def test_rights_given_since_the_page_was_opened_protect_already(staff_with, jane):
    opened = User.objects.get(pk=jane.pk)
    with allow_account_writes():
        jane.user_permissions.add(Permission.objects.get(codename="view_user"))

    with pytest.raises(Protected):
        block_user(opened, actor=staff_with("block_user"))


def test_a_staff_members_harmless_fields_stay_within_reach(staff_with, supporter):
    edit_user(supporter, Edit(profile={"nickname": "Sam"}), actor=staff_with("change_profile"))

    assert User.objects.get(nickname="Sam") == supporter


def test_staff_change_their_own_password_on_their_own_page(supporter):
    edit_user(supporter, Edit(password="a quite new password"), actor=owner_actor(supporter))

    assert User.objects.get(pk=supporter.pk).check_password("a quite new password")
