"""Handlers of the buttons on a user's page. Each returns None once done, else the context to show."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext

from users.actions.account.assign_staff_groups import set_staff_groups
from users.actions.account.block_user import block_user, unblock_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.identities import unlink
from users.actions.account.multifactor import remove_multifactor
from users.actions.errors import BadIdentity, DuplicateField, NotSupported, StaleVersion
from users.admin.request import TemplateContext, UserPageRequest
from users.admin.saved import show_saved
from users.admin.user_detail.forms import ProfileForm, StaffRightsForm
from users.admin.user_detail.header import editable_documents
from users.admin.user_detail.roles import assign_permission, assign_role, remove_permission, remove_role
from users.mail.password_reset import send_password_reset
from users.mail.send import MailDisabled
from users.mail.verification import check_can_send, request_verification
from users.metadata.documents import DOCUMENTS
from users.representation.validation import FieldError
from users.rights.errors import Denied
from users.rights.may import Verb, check
from users.sign_in.clear_lockout import clear_lockouts
from users.web.documents_form import DocumentsForm
from users.web.user_access import revoke


def save_documents(visit: UserPageRequest) -> TemplateContext | None:
    """Save both documents in one write, as far as the staff member may change them."""
    documents = editable_documents(visit.actor, visit.user)
    if not documents:
        raise Denied(gettext("You may not change this user's documents."))
    for name in DOCUMENTS:
        # Refused instead of ignored: the page offered the box, so the right was lost while editing.
        if name in visit.request.POST and name not in documents:
            raise Denied(gettext("You may not change %(name)s.") % {"name": name})
    form = DocumentsForm(visit.user, documents, visit.request.POST, has_reason=True)
    if not form.is_valid():
        return {"documents_form": form}
    if not form.writes:
        visit.show_success(gettext("There was nothing to save."))
        return None
    faulty = form.write(visit.actor, form.cleaned_data["reason"])
    if faulty is not None:
        return {"documents_form": faulty}
    show_saved(visit.request, visit.user)
    return None


def save_profile(visit: UserPageRequest) -> TemplateContext | None:
    """Save the root fields that the staff member changed."""
    # The action checks it again; first here, so that a lost right is not answered with errors of the form.
    check(visit.actor, Verb.CHANGE_PROFILE, visit.user)
    form = ProfileForm(visit.user, visit.request.POST)
    if not form.is_valid():
        return {"profile_form": form}
    if not form.changes:
        visit.show_success(gettext("There was nothing to save."))
        return None
    # Checked before saving, to show both values instead of a general refusal.
    if form.conflicts:
        return {"profile_form": form.with_conflicts()}
    try:
        # The version that `conflicts` compared with: a write in between raises StaleVersion.
        edit = Edit(profile=form.changes, expected_versions=frozenset({visit.user.version}))
        edit_user(visit.user, edit, actor=visit.actor, reason=form.cleaned_data["reason"])
    except StaleVersion:
        form.add_error(None, gettext("Another user saved at the same time. Save again."))
        return {"profile_form": form}
    except FieldError as error:
        # `add_error` raises for a field that the form does not have.
        form.add_error(error.field if error.field in form.fields else None, f"{error.rule}.")
        return {"profile_form": form}
    except NotSupported as error:
        form.add_error(None, str(error))
        return {"profile_form": form}
    except DuplicateField as error:
        form.add_error(error.field, gettext("Another user of this connection already has it."))
        return {"profile_form": form}
    show_saved(visit.request, visit.user)
    return None


def block(visit: UserPageRequest) -> None:
    """Block the user from signing in."""
    block_user(visit.user, actor=visit.actor, reason=visit.reason)
    show_saved(visit.request, visit.user, gettext("Blocked. Every session has ended."))


def unblock(visit: UserPageRequest) -> None:
    """Allow the user to sign in again."""
    unblock_user(visit.user, actor=visit.actor, reason=visit.reason)
    show_saved(visit.request, visit.user, gettext("Unblocked."))


def verify_email(visit: UserPageRequest) -> None:
    """Mark the user's email as verified."""
    edit = Edit(profile={"email_verified": True})
    edit_user(visit.user, edit, actor=visit.actor, reason=visit.reason)
    show_saved(visit.request, visit.user, gettext("Email marked as verified."))


def send_reset(visit: UserPageRequest) -> None:
    """Send the user a link to set a new password."""
    try:
        send_password_reset(visit.user, actor=visit.actor, reason=visit.reason)
    # Nothing was typed that could be lost, so a message on the next page suffices.
    except (MailDisabled, NotSupported) as error:
        visit.show_error(str(error))
    else:
        visit.show_success(
            gettext("A password reset link is on its way to %(email)s.") % {"email": visit.user.email}
        )


def clear_lockout(visit: UserPageRequest) -> None:
    """Clear the user's lockout after too many failed sign-ins."""
    if clear_lockouts([visit.user], actor=visit.actor, reason=visit.reason):
        visit.show_success(gettext("Lockout cleared. The user can sign in again."))
    else:
        visit.show_success(gettext("No lockout to clear."))


def remove_second_factor(visit: UserPageRequest) -> None:
    """Remove the second factor, so that the password alone suffices."""
    remove_multifactor(visit.user, actor=visit.actor, reason=visit.reason)
    visit.show_success(gettext("The second factor is removed."))


def send_verification_mail(visit: UserPageRequest) -> None:
    """Send the user a link to verify their email."""
    try:
        # Before the job: its failure would be visible only on the page of jobs.
        check_can_send(visit.user.email, visit.user.connection)
        request_verification(visit.user, actor=visit.actor, reason=visit.reason)
    except (MailDisabled, NotSupported) as error:
        visit.show_error(str(error))
    else:
        visit.show_success(
            gettext("A verification link is on its way to %(email)s.") % {"email": visit.user.email}
        )


def save_staff_rights(visit: UserPageRequest) -> TemplateContext | None:
    """Set the staff groups of the user."""
    check(visit.actor, Verb.GRANT_STAFF_RIGHTS, visit.user)
    form = StaffRightsForm(visit.request.POST)
    if not form.is_valid():
        return {"staff_form": form}
    set_staff_groups(visit.user, form.cleaned_data["groups"], actor=visit.actor, reason=visit.reason)
    visit.show_success(gettext("Staff rights saved."))
    return None


def unlink_account(visit: UserPageRequest) -> None:
    """Make a linked account a separate user again."""
    # Ids may contain further pipes; only the first separates the provider.
    provider, _, bare_id = visit.request.POST.get("identity", "").replace("\0", "").partition("|")
    try:
        unlink(visit.user, provider, bare_id, actor=visit.actor, reason=visit.reason)
    # Another staff member may have unlinked it while this page was open.
    except BadIdentity:
        visit.show_error(gettext("That account is no longer linked to this user."))
    else:
        visit.show_success(gettext("Unlinked. The account is a separate user now, without metadata."))


def revoke_user_session(visit: UserPageRequest) -> None:
    """End a session of the user, with the tokens that came from it."""
    _revoke(visit, "session", done=gettext("The session has ended, and its tokens are revoked."))


def revoke_user_application(visit: UserPageRequest) -> None:
    """Take an application's access to the user away."""
    _revoke(visit, "application", done=gettext("The application has no access any more."))


def _revoke(visit: UserPageRequest, what: str, *, done: str) -> None:
    value = visit.request.POST.get(what, "").replace("\0", "")
    if revoke(visit.user, what, value, actor=visit.actor):
        visit.show_success(done)
    else:
        visit.show_error(gettext("It has ended already."))


BUTTONS: dict[str, Callable[[UserPageRequest], TemplateContext | None]] = {
    "documents": save_documents,
    "profile": save_profile,
    "block": block,
    "unblock": unblock,
    "verify_email": verify_email,
    "send_reset": send_reset,
    "clear_lockout": clear_lockout,
    "remove_second_factor": remove_second_factor,
    "send_verification": send_verification_mail,
    "staff_rights": save_staff_rights,
    "unlink": unlink_account,
    "assign_role": assign_role,
    "remove_role": remove_role,
    "assign_permission": assign_permission,
    "remove_permission": remove_permission,
    "revoke_session": revoke_user_session,
    "revoke_application": revoke_user_application,
}
