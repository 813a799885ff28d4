"""Changes as log events: types and descriptions, computed by the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.db.models import Case, CharField, Q, QuerySet, Value, When

from users.log.types import API_WRITE, DESCRIPTIONS
from users.models import Change

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class Annotations(TypedDict):
        """What `annotate_as_events` adds to a change."""

        type: str
        description: str

    ChangeEntry = WithAnnotations[Change, Annotations]
else:
    ChangeEntry = Change

What = Change.What
_BY_API = Q(face=Change.Face.API)
_BY_OWNER = Q(actor_kind=Change.ActorKind.USER) & ~_BY_API

# Changes with a type of their own: mostly those made by the owner on our pages. All others are API
# operations.
_TYPES: dict[str, Q] = {
    "ss": Q(what=What.CREATED) & _BY_OWNER,
    "sdu": Q(what=What.DELETED) & _BY_OWNER,
    "scp": Q(what=What.PASSWORD) & _BY_OWNER,
    "sv": Q(what=What.PROFILE, keys__email_verified__after=True) & _BY_OWNER,
    "gd_unenroll": Q(what=What.MULTIFACTOR, keys__multifactor__after=[]) & _BY_OWNER,
    "gd_enrollment_complete": (
        Q(what=What.MULTIFACTOR, keys__has_key="multifactor") & ~Q(keys__multifactor__after=[]) & _BY_OWNER
    ),
    "scpr": Q(what=What.RESET_SENT) & ~_BY_API,
    "ublkdu": Q(what=What.LOCKOUT_CLEARED) & ~_BY_API,
}
# The part of a user that a rare type is about, which its index begins with.
PART_OF_RARE_TYPE = {
    "ss": What.CREATED,
    "sdu": What.DELETED,
    "scp": What.PASSWORD,
    "sv": What.PROFILE,
    "gd_unenroll": What.MULTIFACTOR,
    "gd_enrollment_complete": What.MULTIFACTOR,
    "scpr": What.RESET_SENT,
    "ublkdu": What.LOCKOUT_CLEARED,
}
# Source: recorded entries, for operations on users.
_OPERATIONS = {
    What.CREATED: "Create a User",
    What.DELETED: "Delete a User",
    What.USER_METADATA: "Update a User",
    What.APP_METADATA: "Update a User",
    What.PROFILE: "Update a User",
    What.PASSWORD: "Update a User",
}


def _case(*whens: When, default: str = "") -> Case:
    return Case(*whens, default=Value(default), output_field=CharField())


TYPE = _case(*(When(rule, then=Value(code)) for code, rule in _TYPES.items()), default=API_WRITE)
DESCRIPTION = _case(
    *(When(rule, then=Value(DESCRIPTIONS[code])) for code, rule in _TYPES.items()),
    *(When(what=what, then=Value(_OPERATIONS.get(what, str(what.label)))) for what in What),
)


def annotate_as_events(changes: QuerySet[Change]) -> QuerySet[ChangeEntry]:
    """The changes with `type` and `description`.

    In SQL, so that the log can be filtered by them without loading every change.
    """
    return changes.annotate(type=TYPE, description=DESCRIPTION)
