"""Deleting an account: for good, with a line in the record."""

from __future__ import annotations

import pytest

from users.actions.account.delete_user import delete_user
from users.actions.account.forget_user import erase_user_history
from users.actions.account.notes import add_note
from users.actions.errors import StaleVersion, UserNotFound
from users.models import Change, DeletedUser, Note, User
from users.rights.actor import command_actor, owner_actor, staff_actor
from users.rights.errors import Denied

SHELL = command_actor("tests")


def test_the_account_is_gone_and_others_stay(jane, stranger, actor_of):
    delete_user(jane, actor=actor_of("delete:users"))

    assert list(User.objects.all()) == [stranger]


def test_its_record_stays_with_a_line_for_the_deletion(jane, actor_of):
    delete_user(jane, actor=actor_of("delete:users"), reason="asked by phone")

    deleted, created = Change.objects.filter(subject=jane.user_id)
    assert (created.what, created.user) == ("created", None)
    assert created.keys["user_metadata"] == {"after": {"hobby": "surfing"}}
    assert (deleted.what, deleted.user, deleted.keys) == ("deleted", None, {})
    assert (deleted.actor_kind, deleted.actor_id, deleted.reason) == ("client", "client-1", "asked by phone")


def test_a_deleted_user_is_found_by_email_until_the_history_is_erased(jane, connection):
    delete_user(jane, actor=SHELL)

    row = DeletedUser.objects.get()
    assert (row.subject, row.email, row.email_folded) == (jane.user_id, jane.email, "jane.doe@example.com")

    erase_user_history(jane.user_id, actor=SHELL)
    assert not DeletedUser.objects.exists()


def test_notes_about_the_user_are_deleted_and_those_it_wrote_stay(jane, agent):
    add_note(jane, "Called about the invoice", actor=staff_actor(agent))
    delete_user(agent, actor=SHELL)

    note = Note.objects.get()
    assert (note.author, note.author_name) == (None, "agent@example.com")

    delete_user(jane, actor=SHELL)
    assert not Note.objects.exists()


def test_staff_rights_go_with_the_account(supporter):
    delete_user(supporter, actor=SHELL)

    assert not User.groups.through.objects.exists()


def test_who_may_not_deletes_nothing_and_leaves_no_line(jane, actor_of):
    for actor in (owner_actor(jane), actor_of("update:users")):
        with pytest.raises(Denied):
            delete_user(jane, actor=actor)

    assert User.objects.get().changes.count() == 1


def test_an_account_that_changed_since_it_was_looked_at_is_not_deleted(jane):
    with pytest.raises(StaleVersion):
        delete_user(jane, actor=SHELL, expected_versions=frozenset({jane.version - 1}))

    delete_user(jane, actor=SHELL, expected_versions=frozenset({jane.version}))
    assert not User.objects.exists()


def test_an_account_is_deleted_once(jane):
    opened = User.objects.get()
    delete_user(jane, actor=SHELL)

    with pytest.raises(UserNotFound):
        delete_user(opened, actor=SHELL)

    assert Change.objects.filter(what="deleted").count() == 1
