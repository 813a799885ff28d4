"""One action on many users, as a job: what it changes, whom it skips, and that it can be undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from tests.conftest import again
from tests.jobs.conftest import AT_ONCE
from users.actions.account.assign_staff_groups import set_staff_groups
from users.actions.account.block_user import block_user, unblock_user
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.forget_user import erase_user_history
from users.actions.account.record_sign_in import record_sign_in
from users.bulk_actions import job as bulk_job
from users.bulk_actions import outcomes
from users.bulk_actions.request import request_bulk_action, request_undo, undo_job_of
from users.jobs.cancel import cancel_job
from users.jobs.worker import Worker
from users.models import Change, FailedRecord, Job, User
from users.rights.actor import command_actor, staff_actor
from users.rights.errors import Denied
from users.search.selection import Selection

SHELL = command_actor("tests")


def work(job: Job) -> Job:
    worker = Worker(AT_ONCE)
    while worker.work():
        pass
    return Job.objects.get(pk=job.pk)


def matching(query: str = "*:*", **filters: str) -> Selection:
    return Selection(at=timezone.now(), query=query, filters=filters)


def these(*users: User) -> Selection:
    return Selection(at=timezone.now(), ids=tuple(user.pk for user in users))


def summary(changed: int = 0, unchanged: int = 0, skipped: int = 0) -> dict:
    return {"summary": {"changed": changed, "unchanged": unchanged, "skipped": skipped}}


def blocked() -> set[str]:
    return {user.email.partition("@")[0] for user in User.objects.filter(blocked=True)}


@pytest.fixture
def trial_users(make_user):
    return [make_user(f"trial-{number}", app_metadata={"plan": "trial"}) for number in range(3)]


@pytest.fixture
def block(agent):
    def do(selection: Selection, *, member: User = agent, action: str = "block") -> Job:
        return work(request_bulk_action(action, selection, actor=staff_actor(member), reason="Fraud"))

    return do


def test_all_that_match_are_blocked_with_reason_and_actor_and_no_one_else(block, trial_users, jane, agent):
    job = block(matching("app_metadata.plan:trial"))

    assert (job.status, job.result) == ("completed", summary(changed=3))
    assert blocked() == {"trial-0", "trial-1", "trial-2"}
    lines = Change.objects.filter(request_id=job.job_id)
    assert {(line.actor_id, line.reason, line.face) for line in lines} == {
        (agent.user_id, "Fraud", "dashboard")
    }
    assert (job.done, job.total) == (3, 3)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="once is enough for so many")
def test_800_users_are_blocked_and_unblocked_again(block, crowd, jane, agent):
    """The task of docs/support-tasks.md at its full size; its clicks are counted with fewer."""
    crowd(800)

    job = block(matching("name:Person*"))
    assert job.result == summary(changed=800)
    assert User.objects.filter(blocked=True).count() == 800

    assert work(request_undo(job, actor=staff_actor(agent))).result == summary(changed=800)
    assert blocked() == set()


def test_users_chosen_one_by_one_are_blocked(block, trial_users):
    assert block(these(*trial_users[:2])).result == summary(changed=2)
    assert blocked() == {"trial-0", "trial-1"}


def test_filters_select_as_the_list_shows_them(block, trial_users, jane):
    block_user(trial_users[0], actor=SHELL)

    job = block(matching("app_metadata.plan:trial", status="active"))

    assert job.result == summary(changed=2)


def test_a_user_who_was_blocked_before_is_counted_as_unchanged_and_gets_no_line(block, trial_users):
    block_user(trial_users[0], actor=SHELL)

    job = block(these(*trial_users))

    assert job.result == summary(changed=2, unchanged=1)
    assert Change.objects.filter(request_id=job.job_id).count() == 2


def test_users_created_after_the_preview_are_left_out(block, trial_users, make_user):
    selection = matching("app_metadata.plan:trial")
    make_user("late", app_metadata={"plan": "trial"})

    assert block(selection).result == summary(changed=3)
    assert "late" not in blocked()


@pytest.mark.parametrize("member", ["agent", "administrator"])
def test_staff_accounts_are_skipped_with_the_reason_also_by_administrators(
    block, jane, supporter, request, member
):
    job = block(these(jane, supporter), member=request.getfixturevalue(member))

    assert job.result == summary(changed=1, skipped=1)
    assert blocked() == {"jane.doe"}
    record = FailedRecord.objects.get(job=job)
    assert record.user == {"user_id": supporter.user_id, "email": supporter.email}
    assert record.errors[0]["message"] == outcomes.STAFF
    assert job.state[outcomes.REASONS] == {outcomes.STAFF: 1}


def test_someone_who_became_staff_directly_or_as_superuser_is_skipped_too(block, make_user, staff_with):
    job = block(these(make_user(is_superuser=True), staff_with("view_user")))

    assert job.result == summary(skipped=2)


def test_a_user_deleted_before_the_job_is_left_out(block, trial_users, jane):
    selection = these(jane, *trial_users)
    delete_user(jane, actor=SHELL)

    assert block(selection).result == summary(changed=3)


def test_unblock_lets_users_sign_in_again(block, trial_users):
    block(these(*trial_users))

    assert block(these(*trial_users), action="unblock").result == summary(changed=3)
    assert blocked() == set()


@pytest.mark.parametrize(
    ("action", "who", "is_allowed"),
    [
        ("block", "supporter", False),
        ("block", "agent", True),
        ("unblock", "supporter", False),
        ("delete", "supporter", False),
        ("delete", "agent", False),
        ("delete", "administrator", True),
    ],
)
def test_each_action_needs_its_right(jane, request, action, who, is_allowed):
    actor = staff_actor(request.getfixturevalue(who))

    if is_allowed:
        assert request_bulk_action(action, these(jane), actor=actor)
    else:
        with pytest.raises(Denied):
            request_bulk_action(action, these(jane), actor=actor)


def test_delete_deletes_and_cannot_be_undone(block, trial_users, administrator, jane):
    job = block(matching("app_metadata.plan:trial"), member=administrator, action="delete")

    assert job.result == summary(changed=3)
    assert not User.objects.filter(pk__in=[user.pk for user in trial_users]).exists()
    assert User.objects.filter(pk=jane.pk).exists()
    with pytest.raises(Denied):
        request_undo(job, actor=staff_actor(administrator))


def test_a_right_that_was_withdrawn_ends_the_job_at_its_next_batch(agent, trial_users, monkeypatch):
    monkeypatch.setattr(bulk_job, "BATCH", 1)
    job = request_bulk_action("block", these(*trial_users), actor=staff_actor(agent))
    original = bulk_job.act_on_user

    def withdraw(*args):
        original(*args)
        set_staff_groups(agent, Group.objects.none(), actor=SHELL)

    monkeypatch.setattr(bulk_job, "act_on_user", withdraw)

    job = work(job)

    assert (job.status, job.details) == ("failed", "You may not block users.")
    assert blocked() == {"trial-0"}
    assert outcomes.read_outcomes(job.state) == {"changed": 1, "unchanged": 0, "skipped": 0}


def test_a_stopped_job_keeps_what_is_done_and_says_how_much(agent, trial_users, monkeypatch):
    monkeypatch.setattr(bulk_job, "BATCH", 1)
    job = request_bulk_action("block", these(*trial_users), actor=staff_actor(agent))
    original = bulk_job.act_on_user

    def stop(*args):
        original(*args)
        cancel_job(job, actor=staff_actor(agent))

    monkeypatch.setattr(bulk_job, "act_on_user", stop)

    job = work(job)

    assert job.status == "cancelled"
    assert blocked() == {"trial-0"}
    assert outcomes.read_outcomes(job.state)["changed"] == 1


def test_only_so_many_users_are_read_at_a_time(block, trial_users, monkeypatch):
    monkeypatch.setattr("users.search.selection.KEYS_IN_MEMORY", 2)
    monkeypatch.setattr(bulk_job, "BATCH", 1)

    assert block(matching("app_metadata.plan:trial")).result == summary(changed=3)


def test_reasons_are_counted_up_to_a_limit_and_names_stored_up_to_another(block, make_user, monkeypatch):
    monkeypatch.setattr(outcomes, "MAX_STORED", 1)
    staff = [make_user("one", "Support"), make_user("two", "Support")]

    job = block(these(*staff))

    assert job.result == summary(skipped=2)
    assert FailedRecord.objects.filter(job=job).count() == 1


def test_users_who_begin_to_match_after_the_preview_are_not_deleted(block, administrator, trial_users, jane):
    selection = matching("app_metadata.plan:trial")
    edit_user(jane, Edit(documents={"app_metadata": Patch({"plan": "trial"})}), actor=SHELL)

    job = block(selection, member=administrator, action="delete")

    assert job.result == summary(changed=3, skipped=1)
    assert job.state[outcomes.REASONS] == {outcomes.CHANGED_SINCE_PREVIEW: 1}
    assert User.objects.filter(pk=jane.pk).exists()


def test_users_who_begin_to_match_while_it_runs_are_not_deleted(
    administrator, trial_users, make_user, monkeypatch
):
    monkeypatch.setattr(bulk_job, "BATCH", 1)
    monkeypatch.setattr("users.search.selection.KEYS_IN_MEMORY", 1)
    late = make_user("late")
    selection = matching("app_metadata.plan:trial")
    job = request_bulk_action("delete", selection, actor=staff_actor(administrator))
    original = bulk_job.act_on_user

    def match_later(*args):
        original(*args)
        edit_user(late, Edit(documents={"app_metadata": Patch({"plan": "trial"})}), actor=SHELL)

    monkeypatch.setattr(bulk_job, "act_on_user", match_later)

    job = work(job)

    assert job.result == summary(changed=3, skipped=1)
    assert User.objects.filter(pk=late.pk).exists()


def test_a_user_who_signs_in_after_the_preview_is_not_deleted(block, administrator, trial_users):
    selection = matching("app_metadata.plan:trial")
    record_sign_in(trial_users[0], ip="192.0.2.7")

    assert block(selection, member=administrator, action="delete").result == summary(changed=2, skipped=1)


def test_ticked_users_are_deleted_though_they_were_changed_since(block, administrator, trial_users):
    selection = these(trial_users[0])
    edit_user(trial_users[0], Edit(profile={"name": "Another"}), actor=SHELL)

    assert block(selection, member=administrator, action="delete").result == summary(changed=1)


def test_users_changed_after_the_preview_are_blocked_as_that_can_be_undone(block, trial_users):
    selection = matching("app_metadata.plan:trial")
    edit_user(trial_users[0], Edit(profile={"name": "Another"}), actor=SHELL)

    assert block(selection).result == summary(changed=3)


def test_a_deletion_enqueued_by_an_earlier_version_runs(administrator, trial_users):
    selection = matching("app_metadata.plan:trial")
    job = request_bulk_action("delete", selection, actor=staff_actor(administrator))
    Job.objects.filter(pk=job.pk).update(parameters={**job.parameters, "confirmed": 3})

    assert work(job).result == summary(changed=3)


def test_every_change_that_a_search_can_see_sets_the_time_of_the_change(jane, agent):
    """By which a deletion knows who may have begun to match."""
    before = again(jane).updated_at
    for change in (
        lambda: block_user(again(jane), actor=SHELL),
        lambda: record_sign_in(again(jane), ip="192.0.2.7"),
        lambda: edit_user(again(jane), Edit(documents={"user_metadata": Patch({"a": 1})}), actor=SHELL),
    ):
        change()
        now = again(jane).updated_at
        assert now > before
        before = now


# Undo


def test_undo_unblocks_exactly_whom_the_job_blocked(block, trial_users, agent):
    block_user(trial_users[0], actor=SHELL)
    job = block(these(*trial_users))

    undo = work(request_undo(job, actor=staff_actor(agent), reason="Wrong search"))

    assert (undo.status, undo.result) == ("completed", summary(changed=2))
    assert blocked() == {"trial-0"}
    line = Change.objects.filter(request_id=undo.job_id).first()
    assert Change.objects.get(pk=line.undoes).request_id == job.job_id


def test_undo_leaves_other_changes_that_carry_the_id_of_the_job(
    block, trial_users, jane, stranger, agent, administrator
):
    job = block(these(*trial_users))
    pretender = staff_actor(agent, request_id=job.job_id)
    edit_user(jane, Edit(profile={"email": "boss@example.com"}), actor=pretender)
    edit_user(stranger, Edit(profile={"blocked": True, "name": "S"}), actor=pretender)
    edit_user(jane, Edit(documents={"user_metadata": Patch({"blocked": True})}), actor=pretender)

    undo = work(request_undo(job, actor=staff_actor(administrator)))

    assert undo.result == summary(changed=3)
    assert again(jane).email == "boss@example.com"
    assert again(jane).user_metadata["blocked"] is True
    assert again(stranger).blocked


def test_undo_leaves_changes_from_after_the_job(block, trial_users, jane, agent):
    job = block(these(*trial_users))
    Job.objects.filter(pk=job.pk).update(finished_at=job.finished_at - timedelta(hours=1))
    block_user(jane, actor=staff_actor(agent, request_id=job.job_id))

    work(request_undo(again(job), actor=staff_actor(agent)))

    assert again(jane).blocked


@pytest.mark.parametrize("member", ["agent", "administrator"])
def test_undo_skips_users_who_became_staff_since(block, trial_users, request, member):
    job = block(these(*trial_users))
    set_staff_groups(trial_users[0], Group.objects.filter(name="Support"), actor=SHELL)

    undo = work(request_undo(job, actor=staff_actor(request.getfixturevalue(member))))

    assert undo.result == summary(changed=2, skipped=1)
    assert undo.state[outcomes.REASONS] == {outcomes.STAFF: 1}
    assert blocked() == {"trial-0"}


def test_undo_skips_users_who_were_changed_again_since(block, trial_users, agent):
    job = block(these(*trial_users))
    unblock_user(trial_users[0], actor=SHELL)
    # Values are back already: nothing to do; other keys do not matter.
    edit_user(trial_users[1], Edit(documents={"app_metadata": Patch({"plan": "full"})}), actor=SHELL)

    undo = work(request_undo(job, actor=staff_actor(agent)))

    assert undo.result == summary(changed=2, unchanged=1)
    assert blocked() == set()


def test_a_second_undo_is_the_same_job_unless_the_first_failed(block, trial_users, agent):
    job = block(these(*trial_users))
    actor = staff_actor(agent)
    first = request_undo(job, actor=actor)

    assert request_undo(job, actor=actor) == first == undo_job_of(job)

    cancel_job(first, actor=actor)
    assert undo_job_of(job) is None
    second = request_undo(job, actor=actor)
    assert second != first
    assert work(second).result == summary(changed=3)


def test_undo_is_for_who_may_see_the_job_and_block(block, trial_users, agent, make_user, administrator):
    job = block(these(*trial_users))

    for other in (make_user("other", "Support lead"), make_user("support", "Support")):
        with pytest.raises(Denied):
            request_undo(job, actor=staff_actor(other))
    set_staff_groups(agent, Group.objects.filter(name="Support"), actor=SHELL)
    with pytest.raises(Denied):
        request_undo(job, actor=staff_actor(again(agent)))

    assert work(request_undo(job, actor=staff_actor(administrator))).result == summary(changed=3)


def test_a_running_job_is_not_undone(trial_users, agent):
    job = request_bulk_action("block", these(*trial_users), actor=staff_actor(agent))

    with pytest.raises(Denied, match="Stop the job"):
        request_undo(job, actor=staff_actor(agent))


def test_undo_works_however_slow_a_clock_is(block, trial_users, agent):
    job = block(these(*trial_users))
    Job.objects.filter(pk=job.pk).update(started_at=job.started_at + timedelta(seconds=30))

    assert work(request_undo(again(job), actor=staff_actor(agent))).result == summary(changed=3)


def test_erasing_the_history_of_a_skipped_user_erases_its_name_from_the_report(block, supporter, agent):
    job = block(these(supporter, agent))
    set_staff_groups(again(supporter), Group.objects.none(), actor=SHELL)
    delete_user(again(supporter), actor=SHELL)

    erase_user_history(supporter.user_id, actor=SHELL)

    users = list(FailedRecord.objects.filter(job=job).values_list("user", flat=True))
    assert sorted(users, key=len) == [{}, {"user_id": agent.user_id, "email": agent.email}]
