"""Accounts are written by the actions alone, libraries included."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Group
from django.db import transaction

from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.metadata.errors import MetadataError
from users.models import User
from users.models.write_guard import AccountWriteRefused
from users.rights.actor import command_actor


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda jane: jane.save(), id="save"),
        pytest.param(lambda jane: jane.save(update_fields=["name"]), id="save some fields"),
        pytest.param(lambda jane: jane.save_columns(["name"]), id="save columns"),
        pytest.param(lambda jane: async_to_sync(jane.asave)(), id="asave"),
        pytest.param(lambda jane: jane.delete(), id="delete"),
        pytest.param(lambda jane: User.objects.update(name="x"), id="update all"),
        pytest.param(lambda jane: User.objects.filter(pk=jane.pk).update(name="x"), id="update some"),
        pytest.param(lambda jane: async_to_sync(User.objects.all().aupdate)(name="x"), id="aupdate"),
        pytest.param(lambda jane: User.objects.all().delete(), id="delete all"),
        pytest.param(lambda jane: User.objects.without_documents().delete(), id="delete from a list"),
        pytest.param(lambda jane: jane.connection.users.update(name="x"), id="update by the connection"),
        pytest.param(lambda jane: jane.connection.users.all().delete(), id="delete by the connection"),
        pytest.param(lambda jane: User.objects.create(connection=jane.connection), id="create"),
        pytest.param(lambda jane: jane.connection.users.create(), id="create by the connection"),
        pytest.param(
            lambda jane: User.objects.get_or_create(connection=jane.connection, email="x@example.com"),
            id="get or create",
        ),
        pytest.param(
            lambda jane: User.objects.update_or_create(pk=jane.pk, defaults={"name": "x"}),
            id="update or create",
        ),
        pytest.param(
            lambda jane: User.objects.bulk_create([User(connection=jane.connection)]), id="bulk create"
        ),
        pytest.param(lambda jane: User.objects.bulk_update([jane], ["name"]), id="bulk update"),
    ],
)
def test_a_write_past_the_actions_is_refused_and_changes_nothing(jane, write):
    jane.name = "Somebody Else"

    with pytest.raises(AccountWriteRefused):
        write(jane)

    assert User.objects.get().name == "Jane Doe"


def test_the_door_is_shut_again_after_an_action_that_failed(jane):
    edit = Edit(documents={"user_metadata": Patch({"a.b": 1})})
    with pytest.raises(MetadataError):
        edit_user(jane, edit, actor=command_actor("tests"))

    with pytest.raises(AccountWriteRefused):
        jane.save()


def test_checking_a_password_under_an_outdated_hasher_does_not_save(jane, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    before = jane.password

    assert jane.check_password("correct horse battery")

    assert User.objects.get().password == before


@pytest.mark.parametrize(
    "give",
    [
        pytest.param(lambda user, group: user.groups.add(group), id="by the user"),
        pytest.param(lambda user, group: user.groups.set([group]), id="as the only one"),
        pytest.param(lambda user, group: group.user_set.add(user), id="by the group"),
        pytest.param(
            lambda user, group: user.user_permissions.add(group.permissions.first()), id="one permission"
        ),
        pytest.param(lambda user, group: User._base_manager.update(is_superuser=True), id="the base manager"),
    ],
)
def test_staff_rights_are_not_given_past_the_actions(jane, give):
    with pytest.raises(AccountWriteRefused), transaction.atomic():
        give(jane, Group.objects.get(name="Administrator"))

    assert not User.objects.get(pk=jane.pk).is_staff
