"""Giving permissions to somebody directly, and taking them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from users.actions.account.assign_permissions import assign_permissions, remove_permissions
from users.actions.account.delete_user import delete_user
from users.actions.errors import UserNotFound
from users.models import UserPermission
from users.rights.actor import bearer_actor, command_actor, owner_actor, staff_actor
from users.rights.errors import Denied
from users.rights.permissions import permissions_of
from users.tokens.scopes import CURRENT_USER_SCOPES

SHELL = command_actor("tests")
READ, WRITE = ("https://songs.example/", "read:songs"), ("https://songs.example/", "write:songs")

both = pytest.mark.parametrize("action", [assign_permissions, remove_permissions])


@pytest.fixture(autouse=True)
def _songs(songs_api):
    """Each test has the songs' API."""


def test_they_are_held_from_then_on_and_no_longer(jane, stranger, songs_api):
    assign_permissions(jane, frozenset({READ, WRITE}), actor=SHELL)
    assert permissions_of(jane, songs_api) == ["read:songs", "write:songs"]
    assert permissions_of(stranger, songs_api) == []

    remove_permissions(jane, frozenset({READ}), actor=SHELL)
    assert permissions_of(jane, songs_api) == ["write:songs"]


def test_a_change_stands_in_the_record_with_its_reason(jane):
    assign_permissions(jane, frozenset({READ}), actor=SHELL, reason="as asked")

    line = jane.changes.first()
    assert (line.what, line.reason) == ("permissions", "as asked")
    assert line.keys == {"read:songs": {"after": ["https://songs.example/"]}}


def test_what_changes_nothing_writes_nothing(jane):
    assign_permissions(jane, frozenset({READ}), actor=SHELL)
    lines = jane.changes.count()

    assign_permissions(jane, frozenset({READ}), actor=SHELL)
    remove_permissions(jane, frozenset({WRITE}), actor=SHELL)

    assert (UserPermission.objects.count(), jane.changes.count()) == (1, lines)


@both
def test_who_may_not_changes_nothing(actor_of, jane, supporter, action):
    assign_permissions(jane, frozenset({WRITE}), actor=SHELL)
    refused = [
        owner_actor(jane),
        bearer_actor(jane, frozenset(CURRENT_USER_SCOPES)),
        staff_actor(supporter),
        actor_of("read:users", "update:users_app_metadata"),
    ]

    for actor in refused:
        with pytest.raises(Denied):
            action(jane, frozenset({READ, WRITE}), actor=actor)

    assert [held.name for held in UserPermission.objects.all()] == ["write:songs"]


@both
def test_of_an_account_deleted_meanwhile(jane, action):
    gone = type(jane)(pk=jane.pk, user_id=jane.user_id)
    delete_user(jane, actor=SHELL)

    with pytest.raises(UserNotFound):
        action(gone, frozenset({READ}), actor=SHELL)


def test_many_cost_what_one_does(jane, stranger, songs_api):
    songs_api.scopes = [{"value": f"do:{number}"} for number in range(200)]
    songs_api.save()
    wanted = frozenset((songs_api.identifier, f"do:{number}") for number in range(200))

    def cost(action, user, permissions):
        with CaptureQueriesContext(connection) as captured:
            action(user, permissions, actor=SHELL)
        return len(captured)

    one = frozenset({(songs_api.identifier, "do:7")})
    assert cost(assign_permissions, jane, wanted) == cost(assign_permissions, stranger, one)
    assert cost(remove_permissions, jane, wanted) == cost(remove_permissions, stranger, one)
    assert not UserPermission.objects.exists()
