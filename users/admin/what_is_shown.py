"""What the page of a user holds for this staff member. What they may not see is not in it."""

from __future__ import annotations

from users.actions.documents import VERBS as DOCUMENT_VERBS
from users.admin.forms import ProfileForm, ReasonForm, StaffRightsForm
from users.admin.visit import Page
from users.conf import conf
from users.metadata.documents import DOCUMENTS
from users.models import User
from users.normalized.profile import identities
from users.rights.actor import Actor
from users.rights.may import Verb, may
from users.rights.protected import is_protected
from users.rights.visible import visible
from users.web.documents_form import HELP, LABELS, DocumentsForm, text_of
from users.web.initials import colour, initials


def shown_to(actor: Actor, user: User) -> Page:
    """Everything the template reads."""
    editable = editable_documents(actor, user)
    return {
        "title": str(user),
        "subject": user,
        "initials": initials(user),
        "colour": colour(user),
        "identities": identities(user),
        "is_protected": is_protected(user),
        "documents_form": DocumentsForm(user, editable, has_reason=True) if editable else None,
        "read_only_documents": _read_only(actor, user, editable),
        "profile_form": ProfileForm(user) if may(actor, Verb.CHANGE_PROFILE, user) else None,
        "staff_form": _staff_form(actor, user),
        "reason_form": ReasonForm(auto_id=False),
        "offered": _offered(actor, user),
        "is_email_configured": conf.is_email_configured,
    }


def editable_documents(actor: Actor, user: User) -> tuple[str, ...]:
    """Those the actor may both see and change."""
    return tuple(
        name
        for name in DOCUMENTS
        if visible(actor, name, user=user) and may(actor, DOCUMENT_VERBS[name], user)
    )


def _read_only(actor: Actor, user: User, editable: tuple[str, ...]) -> list[dict[str, str]]:
    return [
        {"name": name, "label": LABELS[name], "help": HELP[name], "text": text_of(user, name)}
        for name in DOCUMENTS
        if name not in editable and visible(actor, name, user=user)
    ]


def _staff_form(actor: Actor, user: User) -> StaffRightsForm | None:
    if not may(actor, Verb.GIVE_STAFF_RIGHTS, user):
        return None
    return StaffRightsForm(initial={"groups": user.groups.all()})


def _offered(actor: Actor, user: User) -> dict[str, bool]:
    """The buttons that would work."""
    can_block = may(actor, Verb.BLOCK, user)
    return {
        "block": can_block and not user.blocked,
        "unblock": can_block and bool(user.blocked),
        "verify_email": bool(user.email)
        and not user.email_verified
        and may(actor, Verb.CHANGE_SIGN_IN, user),
        "send_reset": bool(user.email) and user.connection.is_database and may(actor, Verb.SEND_RESET, user),
        "delete": may(actor, Verb.DELETE, user),
    }
