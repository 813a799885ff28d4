"""The migration that lets Support send links and lift lockouts."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection as database

from users.models import User
from users.models.write_guard import allow_account_writes

migration = importlib.import_module("users.migrations.0032_support_rights")
NEW = {"send_links", "unlock_user"}


@pytest.fixture
def before(db):
    """As the previous release left the rights."""
    Permission.objects.filter(codename__in=NEW).delete()
    lead = Group.objects.get(name="Support lead")
    lead.permissions.remove(Permission.objects.get(codename="change_profile"))


def migrate():
    migration.add_rights(apps, SimpleNamespace(connection=database))


def rights(holder) -> set[str]:
    permissions = holder.user_permissions if isinstance(holder, User) else holder.permissions
    return set(permissions.values_list("codename", flat=True))


def test_groups_gain_rights_and_lose_none(before):
    held = {group.name: rights(group) for group in Group.objects.all()}

    migrate()

    gained = {group.name: rights(group) - held[group.name] for group in Group.objects.all()}
    assert gained == {"Support": NEW, "Support lead": NEW | {"change_profile"}, "Administrator": NEW}
    assert all(held[group.name] <= rights(group) for group in Group.objects.all())


def test_rights_that_an_installation_added_stay(before):
    support = Group.objects.get(name="Support")
    support.permissions.add(Permission.objects.get(codename="delete_user"))

    migrate()

    assert "delete_user" in rights(support)


@pytest.mark.parametrize(("old", "new"), [("change_profile", "send_links"), ("block_user", "unlock_user")])
def test_those_who_could_do_it_by_another_right_still_can(before, jane, old, new):
    own = Group.objects.create(name="Second line")
    own.permissions.add(Permission.objects.get(codename=old))
    with allow_account_writes():
        jane.user_permissions.add(Permission.objects.get(codename=old))

    with allow_account_writes():  # the models of a migration have no guard
        migrate()

    assert rights(own) == rights(jane) == {old, new}


def test_groups_that_were_renamed_or_deleted_are_left_alone(before):
    Group.objects.all().delete()

    migrate()

    assert not Group.objects.exists()


def test_running_it_again_changes_nothing(before):
    migrate()
    held = {group.name: rights(group) for group in Group.objects.all()}

    migrate()

    assert {group.name: rights(group) for group in Group.objects.all()} == held
