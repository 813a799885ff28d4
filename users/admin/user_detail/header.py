"""The header of a user's page for this staff member. What they may not see is not in the context."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from users.actions.account.documents import DOCUMENT_VERBS
from users.admin.request import TemplateContext
from users.metadata.documents import DOCUMENTS
from users.models import User
from users.rights.actor import Actor
from users.rights.may import Verb, denial_reason, may
from users.rights.protected_accounts import is_protected
from users.rights.visible import visible
from users.web.initials import colour, initials


def header_context(actor: Actor, user: User) -> TemplateContext:
    """Return what every tab shows above itself: who the user is, and the menu of actions."""
    return {
        "title": str(user),
        "subject": user,
        "initials": initials(user),
        "colour": colour(user),
        "is_protected": is_protected(user),
        "buttons": _buttons(actor, user),
    }


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
    is_danger: bool = False


def _buttons(actor: Actor, user: User) -> list[Button]:
    """Return the buttons that fit the user's state, including those that the actor may not use."""
    # Only then is there a password that mail could help to set.
    has_password = user.connection.is_database and user.connection.is_enabled
    is_unverified = bool(user.email) and not user.email_verified
    block, reset = denial_reason(actor, Verb.BLOCK, user), denial_reason(actor, Verb.SEND_RESET, user)
    fitting = [
        (not user.blocked, Button("block", gettext("Block"), block, is_danger=True)),
        (user.blocked, Button("unblock", gettext("Unblock"), block)),
        (
            is_unverified,
            Button(
                "verify_email",
                gettext("Mark email as verified"),
                denial_reason(actor, Verb.CHANGE_SIGN_IN, user),
            ),
        ),
        (
            is_unverified and has_password,
            Button(
                "send_verification",
                gettext("Send verification email"),
                denial_reason(actor, Verb.SEND_VERIFICATION, user),
            ),
        ),
        (bool(user.email) and has_password, Button("send_reset", gettext("Send password reset"), reset)),
        (
            True,
            Button(
                "delete",
                gettext("Delete this user…"),
                denial_reason(actor, Verb.DELETE, user),
                is_danger=True,
            ),
        ),
    ]
    return [button for is_fitting, button in fitting if is_fitting]
