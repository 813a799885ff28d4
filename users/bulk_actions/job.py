"""The job of a bulk action: the selected users in batches, each through the action that a page would call.

A batch is one step, committed with its position, so a job that was stopped or killed resumes behind it. The
users are read by key, a bounded number at a time, and each batch is matched again right before it is
changed. What cannot be undone is done only to users that have not changed since the preview, so that no user
is deleted who began to match after the deletion was confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from users.actions.search_setup.count_segments import recount_segments
from users.bulk_actions.actions import ACTIONS, BulkAction
from users.bulk_actions.outcomes import (
    CHANGED,
    CHANGED_SINCE_PREVIEW,
    REFUSALS,
    STAFF,
    UNCHANGED,
    UNMATCHED,
    Subject,
    count_outcome,
    describe_refusal,
    read_outcomes,
    skip,
)
from users.jobs.errors import JobFailed
from users.jobs.run import Run
from users.lucene.errors import QueryError
from users.models import User
from users.models.user import UserQuerySet
from users.rights.actor import Actor
from users.rights.may import Verb, check
from users.rights.protected_accounts import protected_keys
from users.search.selection import Selection, iterate_keys

# Users per transaction, which blocks all other writers on SQLite.
BATCH = 50
AFTER = "after"


def run_bulk_action(run: Run) -> dict[str, Any]:
    """Do the action to each selected user.

    Raises Denied where the actor has lost the right, and JobFailed where the search is no longer valid.
    """
    action = ACTIONS[run.parameters["action"]["type"]]
    check(run.actor, Verb.VIEW)
    check(run.actor, action.verb)
    selection = Selection.from_json(run.parameters["selection"])
    try:
        users = selection.users(run.actor)
    except QueryError as error:
        raise JobFailed(
            gettext("The search cannot be run any more: %(reason)s.") % {"reason": error.reason}
        ) from None
    if run.total is None:
        run.total = users.order_by().values("pk").count()
    for keys in _batches(iterate_keys(users, run.state.get(AFTER, 0))):
        with run.step():
            _act_on_batch(run, action, selection, users, keys)
            run.state[AFTER] = keys[-1]
            # More users than the total may match by now.
            run.progress(run.done + len(keys), max(run.total or 0, run.done + len(keys)))
    # The tabs of the list show how many are blocked.
    recount_segments()
    return {"summary": read_outcomes(run.state)}


def _batches(keys: Iterable[int]) -> Iterator[list[int]]:
    remaining = iter(keys)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _act_on_batch(
    run: Run, action: BulkAction, selection: Selection, users: UserQuerySet, keys: list[int]
) -> None:
    actor = current_actor(run, action.verb)
    protected = protected_keys(keys)
    # Matched again: some may have changed since their keys were read.
    found = {user.pk: user for user in users.filter(pk__in=keys).without_documents()}
    for number, key in enumerate(keys, run.done + 1):
        user = found.get(key)
        if user is None:
            skip(run, number, Subject(), UNMATCHED)
        # Also for administrators, who may change them one by one: a search that is too wide must not lock out
        # everyone who could undo it.
        elif key in protected:
            skip(run, number, Subject.of(user), STAFF)
        elif not action.is_undoable and selection.is_changed_since(user):
            skip(run, number, Subject.of(user), CHANGED_SINCE_PREVIEW)
        else:
            act_on_user(run, number, user, action, actor)


def act_on_user(run: Run, number: int, user: User, action: BulkAction, actor: Actor) -> None:
    """Do the action to one user and count what became of it, in the caller's step."""
    try:
        # A savepoint per user: what a refused action has written is rolled back with it.
        with transaction.atomic():
            is_changed = action.act(user, run.parameters["action"], actor, run.parameters["reason"])
    except REFUSALS as error:
        skip(run, number, Subject.of(user), describe_refusal(error))
    else:
        count_outcome(run, CHANGED if is_changed else UNCHANGED)


def current_actor(run: Run, verb: Verb) -> Actor:
    """Who acts, with their rights of this moment. Raises Denied.

    The history carries the job's id as its request id, by which its changes are found to be undone.
    """
    actor = replace(run.reload_actor(), request_id=run.job.job_id)
    check(actor, verb)
    return actor
