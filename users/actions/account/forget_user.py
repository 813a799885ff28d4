"""Erase the history of a deleted user, as data protection law may require."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from users.actions.errors import NotSupported
from users.models import Change, DeletedUser, Delivery, FailedRecord, Job, User
from users.models.write_guard import allow_history_deletion
from users.rights.actor import Actor, Kind
from users.rights.errors import Denied

BULK_KINDS = (Job.Kind.BULK_ACTION, Job.Kind.BULK_UNDO)


def erase_user_history(user_id: str, *, actor: Actor) -> int:
    """Delete the record of deleted users with this id, and of accounts that were linked to them until
    then. Returns how many lines that were.

    The lines that say when and by whom the users were deleted stay, as proof of the deletion. A later user
    with the same id keeps its history, and what the deleted users did to others stays in the history of
    those. The emails of the deleted users, the content of deliveries about them and their names in the
    reports of bulk actions are deleted as well.
    Raises Denied for all but the command line, and NotSupported where a user with this id exists
    and none was deleted.
    """
    # It destroys evidence for good, so that access to the server itself is required.
    if actor.kind != Kind.COMMAND:
        raise Denied(gettext("The history of a user is erased on the command line only."))
    with transaction.atomic(), allow_history_deletion():
        was_deleted = Change.objects.filter(subject=user_id, user=None).exists()
        if not was_deleted and User.accounts.filter(user_id=user_id).exists():
            raise NotSupported(gettext("A user with this id still exists; delete it first."))
        ids = [user_id, *_ids_deleted_with(user_id)]
        DeletedUser.objects.filter(subject__in=ids).delete()
        # Those about a later user with the id as well: only the changes say which those are.
        Delivery.objects.filter(subject__in=ids).update(
            request_body=None, response_headers=None, response_body=None, error=""
        )
        # The record itself stays, so that the report still lists as many skipped users as it counts.
        FailedRecord.objects.filter(job__kind__in=BULK_KINDS, user__user_id__in=ids).update(user={})
        lines = Change.objects.filter(subject__in=ids, user=None)
        return lines.exclude(what=Change.What.DELETED).delete()[0]


def _ids_deleted_with(user_id: str) -> set[str]:
    """The ids of accounts that were linked to it and deleted at the same moment, which is how
    `delete_user` deletes them."""
    own = Change.objects.filter(subject=user_id, user=None)
    linked = {other for line in own.filter(what=Change.What.IDENTITIES) for other in line.keys}
    moments = own.filter(what=Change.What.DELETED).values_list("at", flat=True)
    gone = Change.objects.filter(
        subject__in=linked, user=None, what=Change.What.DELETED, at__in=list(moments)
    )
    return set(gone.values_list("subject", flat=True))
