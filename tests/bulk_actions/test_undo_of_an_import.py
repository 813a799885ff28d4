"""The undo of an import: it takes back what the import wrote, and nothing that came since."""

from __future__ import annotations

import json

import pytest

from tests.jobs.conftest import AT_ONCE
from tests.jobs.test_killed import work_all
from users.actions.account.block_user import block_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.record_sign_in import record_sign_in
from users.bulk_actions.request import request_undo
from users.jobs.enqueue import enqueue
from users.jobs.files import store_file
from users.jobs.worker import Worker
from users.models import Job, User
from users.rights.actor import command_actor, staff_actor
from users.rights.errors import Denied

SHELL = command_actor("tests")


@pytest.fixture
def import_file(connection):
    """Import these records, replacing the documents of users who exist."""

    def run(records, *, actor=SHELL) -> Job:
        parameters = {"connection_id": connection.connection_id, "existing": "replace"}
        job = enqueue(Job.Kind.USERS_IMPORT, actor=actor, parameters=parameters)
        store_file(job, [json.dumps(records).encode()])
        work_all(Worker(AT_ONCE))
        return Job.objects.get(pk=job.pk)

    return run


def undo_import(job: Job, actor) -> Job:
    undo = request_undo(job, actor=actor)
    work_all(Worker(AT_ONCE))
    return Job.objects.get(pk=undo.pk)


def documents(email: str):
    user = User.objects.get(email=email)
    return user.user_metadata, user.app_metadata


def test_what_nobody_has_touched_since_is_undone(import_file, make_user, administrator):
    make_user("jane", user_metadata={"theme": "dark"}, app_metadata={"plan": "free", "seats": 3})
    job = import_file(
        [
            {"email": "new@example.com", "user_metadata": {"theme": "light"}},
            {
                "email": "jane@example.com",
                "user_metadata": {"theme": "light"},
                "app_metadata": {"plan": "full"},
            },
        ]
    )

    undo = undo_import(job, staff_actor(administrator))

    assert undo.result == {"summary": {"changed": 3, "unchanged": 0, "skipped": 0}}
    assert not User.objects.filter(email="new@example.com").exists()
    assert documents("jane@example.com") == ({"theme": "dark"}, {"plan": "free", "seats": 3})


def test_who_has_signed_in_or_was_changed_stays_and_is_listed(import_file, make_user, administrator):
    make_user("jane", app_metadata={"plan": "free"})
    job = import_file(
        [
            {"email": "came@example.com"},
            {"email": "edited@example.com"},
            {"email": "jane@example.com", "app_metadata": {"plan": "full"}},
        ]
    )
    record_sign_in(User.objects.get(email="came@example.com"), ip=None)
    for email in ("edited@example.com", "jane@example.com"):
        edit_user(
            User.objects.get(email=email),
            Edit(documents={"app_metadata": Patch({"plan": "mine"})}),
            actor=SHELL,
        )

    undo = undo_import(job, staff_actor(administrator))

    assert undo.result == {"summary": {"changed": 0, "unchanged": 0, "skipped": 3}}
    assert documents("jane@example.com")[1] == {"plan": "mine"}
    assert {record.user["email"] for record in undo.failed_records.all()} == {
        "came@example.com",
        "edited@example.com",
        "jane@example.com",
    }


def test_a_block_since_stays(import_file, make_user, administrator):
    jane = make_user("jane", app_metadata={"plan": "free"})
    job = import_file([{"email": "jane@example.com", "app_metadata": {"plan": "full"}}])
    block_user(jane, actor=SHELL)

    undo_import(job, staff_actor(administrator))

    jane.refresh_from_db()
    assert (jane.blocked, jane.app_metadata) == (True, {"plan": "free"})


def test_only_administrators_undo_an_import(import_file, agent, administrator):
    job = import_file([{"email": "new@example.com"}], actor=staff_actor(agent))

    with pytest.raises(Denied):
        request_undo(job, actor=staff_actor(agent))
    assert request_undo(job, actor=staff_actor(administrator)) == request_undo(
        job, actor=staff_actor(administrator)
    )
