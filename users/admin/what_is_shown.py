"""What the page of a user holds for this staff member. What they may not see is not in it."""

from __future__ import annotations

from users.actions.documents import VERBS as DOCUMENT_VERBS
from users.admin.visit import Page
from users.metadata.documents import DOCUMENTS
from users.models import User
from users.rights.actor import Actor
from users.rights.may import Verb, may
from users.rights.protected import is_protected
from users.rights.visible import visible
from users.web.initials import colour, initials


def head(actor: Actor, user: User) -> Page:
    """What every tab shows above itself: who this is, and what can be done at once."""
    return {
        "title": str(user),
        "subject": user,
        "initials": initials(user),
        "colour": colour(user),
        "is_protected": is_protected(user),
        "offered": _offered(actor, user),
    }


def editable_documents(actor: Actor, user: User) -> tuple[str, ...]:
    """Those the actor may both see and change."""
    return tuple(
        name
        for name in DOCUMENTS
        if visible(actor, name, user=user) and may(actor, DOCUMENT_VERBS[name], user)
    )


def _offered(actor: Actor, user: User) -> dict[str, bool]:
    """The buttons that would work."""
    can_block = may(actor, Verb.BLOCK, user)
    return {
        "block": can_block and not user.blocked,
        "unblock": can_block and bool(user.blocked),
        "verify_email": bool(user.email)
        and not user.email_verified
        and may(actor, Verb.CHANGE_SIGN_IN, user),
        "send_verification": bool(user.email)
        and not user.email_verified
        and user.connection.is_database
        and user.connection.is_enabled
        and may(actor, Verb.SEND_VERIFICATION, user),
        "send_reset": bool(user.email)
        and user.connection.is_database
        and user.connection.is_enabled
        and may(actor, Verb.SEND_RESET, user),
        "delete": may(actor, Verb.DELETE, user),
    }
