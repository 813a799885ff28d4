"""Many writers at once, each with a connection of its own: nothing is lost, nobody is overwritten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from functools import partial
from threading import Barrier

import pytest
from django.db import connections

from users.actions.access.roles import delete_role
from users.actions.account.assign_permissions import assign_permissions
from users.actions.account.assign_roles import assign_roles
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch, Replace
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.record_sign_in import record_sign_in
from users.actions.account.restore import restore
from users.actions.account.tickets import create_ticket, get_valid_ticket, set_password_by_ticket
from users.actions.account.undo import undo
from users.actions.errors import (
    ChangedSince,
    Conflict,
    DuplicateField,
    RoleNotFound,
    TicketRefused,
    UserNotFound,
)
from users.history.daily_counts import daily_totals
from users.history.point_in_time import user_at
from users.housekeeping.daily_counts import fold_increments, recount
from users.models import Change, RoleMember, Ticket, User, UserPermission
from users.rights.actor import Face, command_actor, owner_actor

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SHELL = command_actor("tests")


def at_once(jobs):
    """Run each job in a thread, all let go together; what they returned or raised, in order."""
    gate = Barrier(len(jobs))

    def run(job):
        gate.wait(timeout=10)
        try:
            return job()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def raised(results):
    return [result for result in results if isinstance(result, Exception)]


def edit(user, **wanted):
    return partial(edit_user, user, Edit(**wanted), actor=SHELL)


def test_patches_to_different_keys_all_survive_and_are_all_counted(jane):
    keys = [f"key{number}" for number in range(8)]

    results = at_once([edit(jane, documents={"user_metadata": Patch({key: 1})}) for key in keys])

    now = User.objects.get()
    assert raised(results) == []
    assert now.user_metadata == {"hobby": "surfing"} | dict.fromkeys(keys, 1)
    assert (now.user_metadata_version, now.version, now.changes.count()) == (1 + 8, 1 + 8, 1 + 8)


def test_patches_to_both_documents_and_the_profile_do_not_undo_each_other(jane):
    results = at_once(
        [
            edit(jane, documents={"user_metadata": Patch({"a": 1})}),
            edit(jane, documents={"app_metadata": Patch({"b": 2})}),
            edit(jane, profile={"name": "J. Doe"}),
            edit(jane, profile={"blocked": True}),
            partial(record_sign_in, jane, ip="192.0.2.7"),
        ]
    )

    now = User.objects.get()
    assert raised(results) == []
    assert now.user_metadata == {"hobby": "surfing", "a": 1}
    assert now.app_metadata == {"plan": "full", "b": 2}
    assert (now.name, now.blocked, now.logins_count, now.version) == ("J. Doe", True, 1, 1 + 4)


def test_of_two_replacements_of_one_opened_version_one_is_refused(jane):
    mine, yours = {"hobby": "mine"}, {"hobby": "yours"}

    results = at_once([edit(jane, documents={"user_metadata": Replace(value, 1)}) for value in (mine, yours)])

    now = User.objects.get()
    assert [type(error) for error in raised(results)] == [Conflict]
    assert now.user_metadata == (yours if isinstance(results[0], Conflict) else mine)
    assert (now.user_metadata_version, now.changes.count()) == (2, 2)


def test_of_two_accounts_that_want_one_address_one_is_refused(jane, stranger):
    results = at_once([edit(user, profile={"email": "new@example.com"}) for user in (jane, stranger)])

    assert [type(error) for error in raised(results)] == [DuplicateField]
    assert User.objects.by_email("new@example.com").count() == 1


def test_sign_ins_are_all_counted(jane):
    # A worker folds counts and an administrator recounts meanwhile.
    results = at_once([*[partial(record_sign_in, jane, ip=None)] * 6, fold_increments, recount])

    assert raised(results) == []
    assert User.objects.get().logins_count == 6
    assert daily_totals(date.max).total["logins"] == 6
    assert recount() == 0


def test_of_two_who_follow_one_link_at_once_the_second_finds_it_used(jane):
    secret = create_ticket(jane, Ticket.Purpose.PASSWORD_CHANGE, actor=SHELL)
    ticket = get_valid_ticket(secret, Ticket.Purpose.PASSWORD_CHANGE)
    passwords = ["mine is this one", "yours is that one"]

    results = at_once(
        [
            partial(set_password_by_ticket, ticket, new, actor=owner_actor(jane, face=Face.SIGN_IN))
            for new in passwords
        ]
    )

    assert [error.why for error in raised(results)] == [TicketRefused.Why.USED]
    kept = passwords[0 if raised(results[1:]) else 1]
    assert User.objects.get().check_password(kept)


def test_two_who_undo_one_change_at_once_undo_it_once(jane):
    edit(jane, documents={"user_metadata": Patch({"hobby": "chess"})})()
    change = jane.changes.first().pk

    results = at_once([partial(undo, jane, change, actor=SHELL)] * 4)

    assert raised(results) == []
    assert User.objects.get().user_metadata == {"hobby": "surfing"}
    assert [line.undoes for line in jane.changes.all()] == [change, None, None]


def test_an_undo_and_a_change_of_the_same_key_never_overwrite_each_other_unseen(jane):
    edit(jane, documents={"user_metadata": Patch({"hobby": "chess"})})()
    change = jane.changes.first().pk

    undone, changed = at_once(
        [
            partial(undo, jane, change, actor=SHELL),
            edit(jane, documents={"user_metadata": Patch({"hobby": "go"})}),
        ]
    )

    assert not isinstance(changed, Exception)
    assert isinstance(undone, ChangedSince) or changed.version > undone.version
    assert User.objects.get().user_metadata == {"hobby": "go"}


def test_of_what_many_write_and_undo_at_once_nothing_is_lost_unseen(jane):
    """Each line begins where the one before it ended, the last one at what is there now."""
    edit(jane, documents={"app_metadata": Patch({"plan": "free"})})()
    first = jane.changes.first().pk

    def meddle(number):
        for turn in range(4):
            edit(jane, documents={"app_metadata": Patch({"plan": f"{number}.{turn}"})})()
            with suppress(ChangedSince):
                undo(jane, first, actor=SHELL)
            undo(jane, jane.changes.all()[turn % 2].pk, actor=SHELL, force=True)

    results = at_once([partial(meddle, number) for number in range(4)])

    assert raised(results) == []
    now, lines = (
        User.objects.with_connection().get(),
        list(jane.changes.filter(what="app_metadata").reverse()),
    )
    values = ["full", *(line.keys["plan"]["after"] for line in lines)]
    assert [line.keys["plan"]["before"] for line in lines] == values[:-1]
    assert now.app_metadata == {"plan": values[-1]}
    assert now.app_metadata_version == 1 + len(lines)
    assert len(lines) >= 1 + 4 * 4
    assert [user_at(now, line.at).app_metadata["plan"] for line in lines] == values[1:]


def test_what_many_write_at_once_comes_back_as_it_was_at_every_moment(jane):
    begun = jane.updated_at
    patches = [{"a": number, f"key{number}": number} for number in range(4)]
    results = at_once(
        [
            *(edit(jane, documents={"user_metadata": Patch(patch)}) for patch in patches),
            *(edit(jane, profile={"name": name}) for name in ("A", "B")),
            partial(restore, jane, begun, actor=SHELL),
        ]
    )

    assert raised(results) == []
    now = User.objects.with_connection().get()
    written = {user.updated_at: user for user in results if user.updated_at > begun}
    for moment, user in written.items():
        then = user_at(now, moment)
        assert (then.user_metadata, then.name) == (user.user_metadata, user.name)
    assert user_at(now, begun).user_metadata == {"hobby": "surfing"}


def test_a_patch_and_a_deletion_come_one_after_the_other(jane):
    results = at_once(
        [edit(jane, documents={"user_metadata": Patch({"a": 1})}), partial(delete_user, jane, actor=SHELL)]
    )

    assert not User.objects.exists()
    assert all(isinstance(error, UserNotFound) for error in raised(results))
    assert Change.objects.first().what == "deleted"


def test_a_role_given_by_many_at_once_is_had_and_recorded_once(jane, stranger, make_role):
    editor = make_role("Editor")
    people = [jane.user_id, stranger.user_id]

    results = at_once(
        [partial(assign_roles, ids, [editor.role_id], actor=SHELL) for ids in (people, people[::-1]) * 3]
    )

    assert raised(results) == []
    assert RoleMember.objects.count() == 2
    assert Change.objects.filter(what="roles").count() == 2


def test_a_permission_given_by_many_at_once_is_held_and_recorded_once(jane, songs_api):
    wanted = frozenset({(songs_api.identifier, "read:songs")})

    results = at_once([partial(assign_permissions, jane, wanted, actor=SHELL)] * 6)

    assert raised(results) == []
    assert UserPermission.objects.count() == 1
    assert jane.changes.filter(what="permissions").count() == 1


def test_a_role_deleted_while_it_is_given_leaves_nobody_with_it_unrecorded(jane, stranger, make_role):
    editor = make_role("Editor")

    results = at_once(
        [
            partial(assign_roles, [jane.user_id], [editor.role_id], actor=SHELL),
            partial(delete_role, editor, actor=SHELL),
            partial(assign_roles, [stranger.user_id], [editor.role_id], actor=SHELL),
        ]
    )

    assert all(isinstance(error, RoleNotFound) for error in raised(results))
    assert not RoleMember.objects.exists()
    for user in (jane, stranger):
        lines = [line.keys["Editor"] for line in user.changes.filter(what="roles")]
        assert lines in ([], [{"before": editor.role_id}, {"after": editor.role_id}])


def test_somebody_deleted_while_given_a_role_is_gone_with_it(jane, make_role):
    editor = make_role("Editor")

    results = at_once(
        [
            partial(assign_roles, [jane.user_id], [editor.role_id], actor=SHELL),
            partial(delete_user, jane, actor=SHELL),
        ]
    )

    assert all(isinstance(error, UserNotFound) for error in raised(results))
    assert not RoleMember.objects.exists()
    assert not User.objects.exists()
