"""What became of each user of a bulk action: counts, and the users that were skipped, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from users.actions.errors import (
    ChangedSince,
    ChangeNotFound,
    Conflict,
    DuplicateField,
    NotSupported,
    NotUndoable,
    UserNotFound,
)
from users.jobs.run import Run
from users.metadata.errors import MetadataError
from users.models import FailedRecord, User
from users.representation.validation import FieldError
from users.rights.errors import Denied

# What makes a job skip one user. Any other exception is a fault of ours and fails the job.
REFUSALS = (
    Denied,
    UserNotFound,
    ChangeNotFound,
    ChangedSince,
    Conflict,
    NotUndoable,
    NotSupported,
    FieldError,
    MetadataError,
    DuplicateField,
)
CHANGED, UNCHANGED, SKIPPED = "changed", "unchanged", "skipped"
COUNTS = (CHANGED, UNCHANGED, SKIPPED)
# Keys of the job's state.
REASONS = "reasons"
# Reasons that are counted each on its own, and users skipped whose names are stored: a job of a million
# users must not fill the database.
MAX_REASONS, MAX_STORED = 20, 10_000
OTHER_REASONS = gettext_noop("Other reasons")
# Stored in the language of the code; the page translates them.
STAFF = gettext_noop("The account has staff rights. Change staff accounts one by one.")
UNMATCHED = gettext_noop("The user was deleted, or no longer matches.")
CHANGED_SINCE = gettext_noop("The user was changed again since.")
CHANGED_SINCE_PREVIEW = gettext_noop("The user was changed or signed in after the preview.")


@dataclass(frozen=True)
class Subject:
    """Who a line of the report is about, as text: the user may be deleted by the time it is read."""

    user_id: str = ""
    email: str = ""

    @classmethod
    def of(cls, user: User) -> Subject:
        return cls(user.user_id, user.email or "")


def count_outcome(run: Run, outcome: str, number: int = 1) -> None:
    """Count users with this outcome, in the caller's step."""
    run.state[outcome] = run.state.get(outcome, 0) + number


def skip(run: Run, number: int, subject: Subject, reason: str) -> None:
    """Record, in the caller's step, why the user was skipped. `number` is its place in the selection."""
    count_outcome(run, SKIPPED)
    reasons = run.state.setdefault(REASONS, {})
    counted = reason if reason in reasons or len(reasons) < MAX_REASONS else OTHER_REASONS
    reasons[counted] = reasons.get(counted, 0) + 1
    if run.state[SKIPPED] <= MAX_STORED:
        user = {"user_id": subject.user_id, "email": subject.email}
        errors = [{"code": "SKIPPED", "message": reason}]
        FailedRecord.objects.create(job=run.job, number=number, user=user, errors=errors)


def describe_refusal(error: Exception) -> str:
    """A refusal as a sentence."""
    match error:
        case Denied():
            return error.reason
        case UserNotFound() | ChangeNotFound():
            return UNMATCHED
        case ChangedSince() | Conflict():
            return CHANGED_SINCE
        case FieldError(field=field, rule=rule):
            return f"{field}: {rule}."
    return str(error)


def read_outcomes(state: dict[str, Any]) -> dict[str, int]:
    """The counts so far, for a job that runs, was stopped or has ended."""
    return {name: state.get(name, 0) for name in COUNTS}
