"""The header of a user's page for this staff member. What they may not see is not in the context."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from users.actions.account.documents import DOCUMENT_VERBS
from users.actions.account.notes import notes_about
from users.admin.actor_name import actor_name
from users.admin.request import TemplateContext
from users.admin.user_detail.recent import recent_rows
from users.admin.user_list.cells import Cell, CellMaker
from users.admin.user_list.columns import visible_columns
from users.conf import conf
from users.metadata.documents import DOCUMENTS
from users.models import User
from users.representation.enrollments import enrolled_factors
from users.rights.actor import Actor
from users.rights.may import Verb, denial_reasons, may
from users.rights.protected_accounts import is_protected
from users.rights.visible import visible
from users.sign_in.clear_lockout import lockouts_of
from users.web.durations import format_duration

# Characters of a value that is shown as a badge.
MAX_BADGE_LENGTH = 30


def header_context(actor: Actor, user: User) -> TemplateContext:
    """Return what every tab shows above itself: who the user is, the actions, and what happened last."""
    has_staff_rights = is_protected(user)
    block, *others = action_buttons(actor, user, has_staff_rights=has_staff_rights)
    return {
        "title": str(user),
        "subject": user,
        "section": "users",
        "is_protected": has_staff_rights,
        "badge": _badge(actor, user),
        "lockout_wait": _lockout_wait(user),
        "second_factors": enrolled_factors(user),
        "block_button": block,
        "buttons": others,
        "recent": recent_rows(user, actor),
        **_note_context(actor, user),
    }


def _note_context(actor: Actor, user: User) -> TemplateContext:
    # Without a join to the author: most users have no note, and the join costs more to build than it saves.
    note = notes_about(user, actor).first()
    if note is None:
        return {}
    return {"newest_note": note, "newest_note_author": actor_name(note.author, note.author_name)}


def _lockout_wait(user: User) -> str:
    """Return how long the longest lockout of the user still lasts, such as "3 minutes"; empty without one."""
    lockouts = lockouts_of(user)
    return format_duration(max(lockout.seconds for lockout in lockouts)) if lockouts else ""


def _badge(actor: Actor, user: User) -> Cell | None:
    """Return the first metadata key of the columns of the list of users, such as the plan, where the user
    has a short text there."""
    for column in visible_columns(conf.list_columns, actor):
        if column.document:
            top = (getattr(user, column.document) or {}).get(column.path[0])
            cell = CellMaker(column.document, column.path).make(top)
            return cell if cell.text and not cell.is_code and len(cell.text) <= MAX_BADGE_LENGTH else None
    return None


def editable_documents(actor: Actor, user: User) -> tuple[str, ...]:
    """Return the documents that the actor may both see and change."""
    return tuple(
        name
        for name in DOCUMENTS
        # Saving a document unseen would replace it with an empty one.
        if visible(actor, name, user=user) and may(actor, DOCUMENT_VERBS[name], user)
    )


@dataclass(frozen=True)
class Button:
    """A button in the menu of actions.

    `do` is the value that it posts; `refusal` says why this staff member may not, and the button is then
    shown disabled.
    """

    do: str
    label: str
    refusal: str
    icon: str = ""
    is_danger: bool = False


def action_buttons(actor: Actor, user: User, *, has_staff_rights: bool) -> list[Button]:
    """Return the buttons that fit the user's state, including those that the actor may not use: first the
    one that blocks or unblocks, last the one that deletes. `has_staff_rights` is said of `user`."""
    # Only then is there a password that mail could help to set.
    has_password = user.connection.is_database and user.connection.is_enabled
    is_unverified = bool(user.email) and not user.email_verified
    verbs = (Verb.BLOCK, Verb.SEND_RESET, Verb.SEND_VERIFICATION, Verb.CHANGE_SIGN_IN, Verb.DELETE)
    refusals = denial_reasons(actor, verbs, user, is_protected=has_staff_rights)
    block = refusals[Verb.BLOCK]
    fitting = [
        (not user.blocked, Button("block", gettext("Block"), block, "ban", is_danger=True)),
        (bool(user.blocked), Button("unblock", gettext("Unblock"), block, "check-circle")),
        (
            bool(user.email) and has_password,
            Button("send_reset", gettext("Send password reset"), refusals[Verb.SEND_RESET], "key"),
        ),
        (
            is_unverified and has_password,
            Button(
                "send_verification",
                gettext("Send verification email"),
                refusals[Verb.SEND_VERIFICATION],
                "mail",
            ),
        ),
        (
            is_unverified,
            Button(
                "verify_email",
                gettext("Mark email as verified"),
                refusals[Verb.CHANGE_SIGN_IN],
                "check",
            ),
        ),
        (
            True,
            Button(
                "delete",
                gettext("Delete this user…"),
                refusals[Verb.DELETE],
                "trash",
                is_danger=True,
            ),
        ),
    ]
    return [button for is_fitting, button in fitting if is_fitting]
