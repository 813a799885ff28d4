"""`forgetuser`: what is erased of a deleted account, and what stays."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.forget_user import erase_user_history
from users.actions.account.identities import link, unlink
from users.models import Change
from users.rights.actor import command_actor, staff_actor
from users.rights.errors import Denied

SHELL = command_actor("tests")


def forget(user_id):
    out = io.StringIO()
    call_command("forgetuser", user_id, stdout=out)
    return out.getvalue()


def test_who_deleted_the_account_stays_and_all_else_is_erased(jane, stranger, agent):
    edit_user(jane, Edit(documents={"app_metadata": Patch({"plan": "free"})}), actor=SHELL)
    others = set(Change.objects.exclude(subject=jane.user_id))
    delete_user(jane, actor=SHELL, reason="as asked")

    assert forget(jane.user_id) == "2 changes erased.\n"

    [line] = Change.objects.filter(subject=jane.user_id)
    assert (line.what, line.actor_id, line.reason) == ("deleted", "tests", "as asked")
    assert set(Change.objects.exclude(subject=jane.user_id)) == others


def test_what_was_linked_to_the_account_to_the_end_is_forgotten_with_it(jane, make_user):
    jay, bea = make_user("jay"), make_user("bea")
    for other in (jay, bea):
        link(jane, other, actor=SHELL)
    unlink(jane, "auth0", bea.bare_id, actor=SHELL)
    delete_user(bea, actor=SHELL)
    beas = set(Change.objects.filter(subject=bea.user_id))
    delete_user(jane, actor=SHELL)

    forget(jane.user_id)

    for gone in (jane, jay):
        assert [line.what for line in Change.objects.filter(subject=gone.user_id)] == ["deleted"]
    assert set(Change.objects.filter(subject=bea.user_id)) == beas


def test_nobody_is_forgotten_while_they_are_here(jane):
    with pytest.raises(CommandError, match="delete it first"):
        forget(jane.user_id)

    assert jane.changes.count() == 1


def test_nor_by_anybody_but_the_shell(jane, administrator):
    delete_user(jane, actor=SHELL)

    with pytest.raises(Denied):
        erase_user_history(jane.user_id, actor=staff_actor(administrator))
