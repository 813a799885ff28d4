"""The tabs of a user's page. Each is a link, so that reload, Back and bookmarks work."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext, gettext_noop

from users.actions.account.documents import DOCUMENT_VERBS
from users.admin.changes.facets import period_context
from users.admin.changes.filter_form import ChangeFilterForm
from users.admin.changes.rows import activity_context
from users.admin.notes import notes_context
from users.admin.request import TemplateContext, UserPageRequest
from users.admin.user_detail.forms import PROFILE_FIELDS, ProfileForm, StaffRightsForm
from users.admin.user_detail.header import editable_documents
from users.admin.user_detail.roles import roles_context
from users.admin.user_detail.tokens import tokens_context
from users.conf import conf
from users.log.activity import list_user_activity
from users.metadata.documents import DOCUMENTS
from users.representation.enrollments import enrolled_factors
from users.representation.fields import FIELDS
from users.representation.profile import serialize_identities, serialize_profile
from users.rights.actor import Actor
from users.rights.may import Verb, denial_reason, may
from users.rights.visible import visible
from users.sign_in.clear_lockout import lockouts_of
from users.web.documents_form import HELP, LABELS, DocumentsForm, document_text
from users.web.user_access import application_rows, session_rows


@dataclass(frozen=True)
class Tab:
    """One tab. `build_context` returns the context of its template; `verbs` are the rights to open it."""

    name: str
    label: str
    build_context: Callable[[UserPageRequest], TemplateContext]
    verbs: tuple[Verb, ...] = ()

    @property
    def template(self) -> str:
        """The tab's own template."""
        return f"users/admin/tabs/{self.name}.html"


def metadata_context(visit: UserPageRequest) -> TemplateContext:
    """Return both documents: as a form where they may be changed, as text where they may only be seen."""
    actor, user = visit.actor, visit.user
    # Read-only documents stay outside the form, so that a tampered form cannot include them.
    editable = editable_documents(actor, user)
    return {
        "documents_form": DocumentsForm(user, editable, has_reason=True) if editable else None,
        "read_only_documents": [
            {
                "name": name,
                "label": LABELS[name],
                "help": HELP[name],
                "text": document_text(user, name),
                "refusal": denial_reason(actor, DOCUMENT_VERBS[name], user),
            }
            for name in DOCUMENTS
            if name not in editable and visible(actor, name, user=user)
        ],
    }


def profile_context(visit: UserPageRequest) -> TemplateContext:
    """Return the form of the root fields."""
    refused = denial_reason(visit.actor, Verb.CHANGE_PROFILE, visit.user)
    if not refused:
        return {"profile_form": ProfileForm(visit.user)}
    facts = [(gettext(FIELDS[name].label), getattr(visit.user, name)) for name in PROFILE_FIELDS]
    return {"profile_facts": facts, "profile_refusal": refused}


def activity_tab_context(visit: UserPageRequest) -> TemplateContext:
    """Return the user's activity, newest first: changes and sign-ins."""
    # A GET form replaces the whole query string, so the tab has to travel as a hidden field.
    form = ChangeFilterForm(visit.request.GET, visit.actor, preserved={"tab": "activity"}, of_one_user=True)
    return {
        **activity_context(
            form,
            visit.actor,
            lambda wanted, after: list_user_activity(visit.user, visit.actor, wanted, after=after),
        ),
        **period_context(form),
        "is_of_one_user": True,
    }


def security_context(visit: UserPageRequest) -> TemplateContext:
    """Return how the user signs in, and their staff rights."""
    staff_refusal = denial_reason(visit.actor, Verb.GRANT_STAFF_RIGHTS, visit.user)
    groups = {"groups": visit.user.groups.all()}
    own, *linked = serialize_identities(visit.user)
    second_factors = enrolled_factors(visit.user)
    return {
        "identity": own,
        "linked": linked,
        # Asked only where there is something to unlink: each question may cost a query.
        "unlink_refusal": linked and denial_reason(visit.actor, Verb.CHANGE_IDENTITIES, visit.user),
        "lockouts": lockouts_of(visit.user),
        "unlock_refusal": denial_reason(visit.actor, Verb.CLEAR_LOCKOUT, visit.user),
        "second_factors": second_factors,
        "factor_refusal": second_factors and denial_reason(visit.actor, Verb.REMOVE_MULTIFACTOR, visit.user),
        "sessions": session_rows(visit.user),
        "applications": application_rows(visit.user),
        "access_refusal": denial_reason(visit.actor, Verb.END_SESSIONS, visit.user)
        or denial_reason(visit.actor, Verb.REVOKE_TOKENS, visit.user),
        "staff_form": None if staff_refusal else StaffRightsForm(initial=groups),
        "staff_refusal": staff_refusal,
    }


def raw_context(visit: UserPageRequest) -> TemplateContext:
    """Return the user as the Management API would, as far as this staff member may see it."""
    # Quoted, since the pipe in a user_id would end the shell command.
    address = f"{conf.management_audience}users/{quote(visit.user.user_id, safe='')}"
    return {
        "raw": json.dumps(serialize_profile(visit.user, visit.actor), indent=2, ensure_ascii=False),
        "raw_curl": f'curl -H "Authorization: Bearer $TOKEN" {address}',
    }


TABS = (
    Tab("metadata", gettext_noop("Metadata"), metadata_context),
    Tab("profile", gettext_noop("Profile"), profile_context),
    Tab("activity", gettext_noop("Activity"), activity_tab_context),
    Tab("security", gettext_noop("Security"), security_context),
    Tab("roles", gettext_noop("Roles"), roles_context),
    Tab("tokens", gettext_noop("Tokens"), tokens_context, (Verb.TRY_RULES, Verb.VIEW_APP_METADATA)),
    Tab("notes", gettext_noop("Notes"), lambda visit: notes_context(visit.actor, visit.user)),
    Tab("raw", gettext_noop("Raw"), raw_context),
)


def tabs_of(actor: Actor) -> list[Tab]:
    """The tabs that the actor may open."""
    return [tab for tab in TABS if all(may(actor, verb) for verb in tab.verbs)]


def current_tab(visit: UserPageRequest) -> Tab:
    """Return the tab that the URL names; the first where it names none that the actor may open."""
    wanted = visit.request.GET.get("tab")
    return next((tab for tab in tabs_of(visit.actor) if tab.name == wanted), TABS[0])
