"""Undo a bulk action or an import: each of its changes by the action that undoes one change.

The changes are found by the job's id, which the history carries as their request id and which no request
can set. So only what the job changed is undone: a user who had been blocked before stays blocked. Of an
import, users whom it created are deleted, unless they have signed in or were changed since; passwords and
blocks stay.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from users.actions.account.delete_user import delete_user
from users.actions.account.draft import lock_user
from users.actions.account.undo import undo
from users.actions.errors import NotUndoable
from users.actions.search_setup.count_segments import recount_segments
from users.bulk_actions.actions import ACTIONS, ActionJSON, BulkAction
from users.bulk_actions.job import act_on_user, current_actor
from users.bulk_actions.outcomes import STAFF, UNMATCHED, Subject, read_outcomes, skip
from users.history.changed_keys import changed_key_names
from users.jobs.errors import JobFailed
from users.jobs.run import Run
from users.listing.keyset import Keyset, Position
from users.listing.pages import read_page
from users.metadata.documents import DOCUMENTS
from users.models import Change, Job, User
from users.rights.actor import Actor
from users.rights.may import Verb, check
from users.rights.protected_accounts import protected_keys

BATCH = 50
AFTER = "after"
OLDEST_FIRST = Keyset(("at", "id"))
# Clocks of the machines that enqueue and do jobs may differ.
CLOCK_SKEW = timedelta(minutes=1)
# `Change.names` of a change that touched `blocked` alone.
BLOCKED_ONLY = changed_key_names(Change.What.PROFILE, {"blocked": {}})


def undo_bulk_action(run: Run) -> dict[str, Any]:
    """Undo the changes of the job that `parameters["action"]["job"]` names. Raises Denied."""
    undone = Job.objects.filter(job_id=run.parameters["action"]["job"]).first()
    if undone is None:
        raise JobFailed(gettext("The job to be undone has been deleted."))
    verb = undo_verb(undone)
    check(run.actor, Verb.VIEW)
    check(run.actor, verb)
    changes = changes_of(undone)
    if run.total is None:
        run.total = changes.count()
    while page := read_page(changes, OLDEST_FIRST, size=BATCH, after=_position(run)).rows:
        with run.step():
            actor = current_actor(run, verb)
            protected = protected_keys(change.user.pk for change in page if change.user)
            for number, change in enumerate(page, run.done + 1):
                if change.user is None:
                    skip(run, number, Subject(change.subject), UNMATCHED)
                # A user who became staff since. Skipped for administrators too, as by the bulk action.
                elif change.user.pk in protected:
                    skip(run, number, Subject.of(change.user), STAFF)
                else:
                    act_on_user(run, number, change.user, _undoing(change, verb), actor)
            run.state[AFTER] = [page[-1].at.isoformat(), page[-1].pk]
            run.progress(run.done + len(page))
    recount_segments()
    return {"summary": read_outcomes(run.state)}


def undo_verb(job: Job) -> Verb:
    """The right that it takes to undo the job."""
    if job.kind == Job.Kind.USERS_IMPORT:
        return Verb.UNDO_IMPORT
    return ACTIONS[job.parameters["action"]["type"]].verb


def changes_of(job: Job) -> QuerySet[Change]:
    """The changes that a finished job has made and that can be undone, by the index on actor and time: of an
    import those of documents, and the creation of users; of a bulk action those of `blocked` and of nothing
    else, as only blocking and unblocking can be undone."""
    made = Change.objects.filter(actor_id=job.actor["id"], request_id=job.job_id)
    if job.kind == Job.Kind.USERS_IMPORT:
        made = made.filter(what__in=(Change.What.CREATED, *DOCUMENTS))
    else:
        made = made.filter(what=Change.What.PROFILE, names=BLOCKED_ONLY)
    start, end = job.started_at or job.created_at, job.finished_at or timezone.now()
    found = made.filter(at__gte=start - CLOCK_SKEW, at__lte=end + CLOCK_SKEW).select_related("user")
    return found.defer("user__user_metadata", "user__app_metadata")


def _undoing(change: Change, verb: Verb) -> BulkAction:
    def act(user: User, action: ActionJSON, actor: Actor, reason: str) -> bool:
        if change.what == Change.What.CREATED:
            _delete_untouched(user, change, actor, reason)
            return True
        return undo(user, change.pk, actor=actor, reason=reason).version != user.version

    return BulkAction(verb, act)


def _delete_untouched(user: User, creation: Change, actor: Actor, reason: str) -> None:
    """Delete a user who is as the import created them. Raises NotUndoable for any other."""
    user = lock_user(user)
    if user.logins_count or Change.objects.filter(user=user, pk__gt=creation.pk).exists():
        raise NotUndoable(gettext("The user has signed in or was changed since."))
    delete_user(user, actor=actor, reason=reason)


def _position(run: Run) -> Position | None:
    if AFTER not in run.state:
        return None
    at, key = run.state[AFTER]
    return datetime.fromisoformat(at), key
