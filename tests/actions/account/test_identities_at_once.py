"""Linking while somebody else links, edits or deletes: one comes after the other."""

from __future__ import annotations

from functools import partial

import pytest

from tests.actions.account.test_threads import at_once, edit, raised
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.identities import link, unlink
from users.actions.errors import BadIdentity, IdentityTaken, UserNotFound
from users.models import Change, User
from users.representation.profile import serialize_identities
from users.rights.actor import command_actor

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SHELL = command_actor("tests")


@pytest.fixture
def jay(make_user):
    return make_user("jay", user_metadata={"hobby": "chess"})


def joined(primary, secondary):
    return partial(link, primary, secondary, actor=SHELL)


def every_account_is_shown_where_it_is_linked():
    for user in User.accounts.select_related("connection"):
        shown = sorted(f"{one['provider']}|{one['user_id']}" for one in serialize_identities(user)[1:])
        linked = sorted(User.accounts.filter(linked_to=user).values_list("user_id", flat=True))
        assert shown == linked
        assert user.linked_to is None or user.linked_to.linked_to is None
    return True


def test_of_two_that_want_one_account_one_is_refused(jane, stranger, jay):
    results = at_once([joined(jane, jay), joined(stranger, jay)])

    assert [type(error) for error in raised(results)] == [IdentityTaken]
    assert every_account_is_shown_where_it_is_linked()


def test_of_two_that_want_each_other_one_becomes_the_primary(jane, jay):
    results = at_once([joined(jane, jay), joined(jay, jane)])

    assert [type(error) for error in raised(results)] == [UserNotFound]
    assert User.objects.count() == 1
    assert every_account_is_shown_where_it_is_linked()


def test_a_ring_ends_in_no_ring(jane, jay, stranger):
    results = at_once([joined(jane, jay), joined(jay, stranger), joined(stranger, jane)])

    refused = {type(error) for error in raised(results)}
    assert refused <= {UserNotFound, IdentityTaken}
    assert User.objects.count() == 1
    assert every_account_is_shown_where_it_is_linked()


def test_many_linked_to_one_are_all_there(jane, make_user):
    others = [make_user() for _ in range(6)]

    results = at_once([joined(jane, other) for other in others])

    assert raised(results) == []
    now = User.objects.get()
    assert {one["user_id"] for one in serialize_identities(now)[1:]} == {other.bare_id for other in others}
    assert now.version == 1 + 6


def test_an_edit_of_the_account_being_linked_comes_before_or_fails(jane, jay):
    results = at_once(
        [joined(jane, jay), edit(jay, documents={"user_metadata": Patch({"late": 1})})],
    )

    assert {type(error) for error in raised(results)} <= {UserNotFound}
    assert User.accounts.get(pk=jay.pk).user_metadata is None
    discarded = Change.objects.filter(subject=jay.user_id, what="user_metadata").first()
    assert all("after" not in sides for sides in discarded.keys.values())


def test_an_edit_through_the_primary_and_an_unlinking_do_not_undo_each_other(jane, jay, stranger):
    link(jane, jay, actor=SHELL)
    link(jane, stranger, actor=SHELL)
    new = Edit(identity=stranger.user_id, profile={"email": "new@example.com"})

    results = at_once(
        [
            partial(unlink, jane, "auth0", jay.bare_id, actor=SHELL),
            partial(edit_user, jane, new, actor=SHELL),
            edit(jane, profile={"name": "J. Doe"}),
        ]
    )

    now = User.objects.get(pk=jane.pk)
    assert raised(results) == []
    assert [one["profileData"]["email"] for one in serialize_identities(now)[1:]] == ["new@example.com"]
    assert now.name == "J. Doe"
    assert every_account_is_shown_where_it_is_linked()


def test_an_account_is_parted_once(jane, jay):
    link(jane, jay, actor=SHELL)

    results = at_once([partial(unlink, jane, "auth0", jay.bare_id, actor=SHELL)] * 2)

    assert [type(error) for error in raised(results)] == [BadIdentity]
    assert User.objects.count() == 2


def test_nothing_is_linked_to_an_account_that_is_going(jane, jay):
    results = at_once([joined(jane, jay), partial(delete_user, jane, actor=SHELL)])

    assert {type(error) for error in raised(results)} <= {UserNotFound}
    left = list(User.accounts.all())
    # Linked first, it went with her; linked too late, it stays as it was.
    assert left == ([jay] if raised(results) else [])
