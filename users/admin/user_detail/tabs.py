"""The tabs of a user's page. Each is a link, so that reload, Back and a bookmark work."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from users.actions.account.documents import VERBS as DOCUMENT_VERBS
from users.admin.changes.filter_form import ChangeFilter
from users.admin.changes.rows import found_changes
from users.admin.changes.undo import undoable_among
from users.admin.request import Page, Visit
from users.admin.user_detail.forms import ProfileForm, StaffRightsForm
from users.admin.user_detail.header import editable_documents
from users.admin.user_detail.permissions import permitted
from users.conf import conf
from users.history.timeline import timeline
from users.log.recent_sign_ins import sign_ins_of
from users.metadata.documents import DOCUMENTS
from users.representation.enrollments import enrolled
from users.representation.profile import identities, profile
from users.rights.may import Verb, refusal
from users.rights.visible import visible
from users.sign_in.clear_lockout import lockouts_of
from users.web.documents_form import HELP, LABELS, DocumentsForm, text_of

# How many sign-ins the Activity tab shows.
SIGN_INS = 10


@dataclass(frozen=True)
class Tab:
    """`fill` gives what its template reads."""

    name: str
    label: str
    fill: Callable[[Visit], Page]

    @property
    def template(self) -> str:
        """Beside the page's own."""
        return f"users/admin/tabs/{self.name}.html"


def metadata(visit: Visit) -> Page:
    """Both documents: as a form where they may be changed, as text where only seen."""
    actor, user = visit.actor, visit.user
    editable = editable_documents(actor, user)
    return {
        "documents_form": DocumentsForm(user, editable, has_reason=True) if editable else None,
        "read_only_documents": [
            {
                "name": name,
                "label": LABELS[name],
                "help": HELP[name],
                "text": text_of(user, name),
                "refusal": refusal(actor, DOCUMENT_VERBS[name], user),
            }
            for name in DOCUMENTS
            if name not in editable and visible(actor, name, user=user)
        ],
    }


def profile_fields(visit: Visit) -> Page:
    """The root fields."""
    refused = refusal(visit.actor, Verb.CHANGE_PROFILE, visit.user)
    return {"profile_form": None if refused else ProfileForm(visit.user), "profile_refusal": refused}


def activity(visit: Visit) -> Page:
    """The record of changes, newest first, and the latest sign-ins."""
    form = ChangeFilter(visit.request.GET, visit.actor, kept={"tab": "activity"}, of_one_user=True)
    page = found_changes(
        form, visit.actor, lambda wanted, after: timeline(visit.user, visit.actor, wanted, after=after)
    )
    changes = [row["change"] for row in page["changes"]]
    return {
        **page,
        "undoable": undoable_among(changes, visit.actor, visit.user),
        "sign_ins": sign_ins_of(visit.user, most=SIGN_INS),
    }


def security(visit: Visit) -> Page:
    """How the account signs in, which staff rights it has, and what it may do elsewhere."""
    staff_refusal = refusal(visit.actor, Verb.GIVE_STAFF_RIGHTS, visit.user)
    groups = {"groups": visit.user.groups.all()}
    own, *linked = identities(visit.user)
    second_factors = enrolled(visit.user)
    return {
        "identity": own,
        "linked": linked,
        "unlink_refusal": linked and refusal(visit.actor, Verb.CHANGE_IDENTITIES, visit.user),
        "permitted": permitted(visit.user),
        "lockouts": lockouts_of(visit.user),
        "unlock_refusal": refusal(visit.actor, Verb.FORGIVE_ATTEMPTS, visit.user),
        "second_factors": second_factors,
        "factor_refusal": second_factors and refusal(visit.actor, Verb.REMOVE_MULTIFACTOR, visit.user),
        "staff_form": None if staff_refusal else StaffRightsForm(initial=groups),
        "staff_refusal": staff_refusal,
    }


def raw(visit: Visit) -> Page:
    """The account as the Management API answers, as far as this staff member may see it."""
    address = f"{conf.management_audience}users/{quote(visit.user.user_id, safe='')}"
    return {
        "raw": json.dumps(profile(visit.user, visit.actor), indent=2, ensure_ascii=False),
        "raw_curl": f'curl -H "Authorization: Bearer $TOKEN" {address}',
    }


TABS = (
    Tab("metadata", "Metadata", metadata),
    Tab("profile", "Profile", profile_fields),
    Tab("activity", "Activity", activity),
    Tab("security", "Security", security),
    Tab("raw", "Raw profile", raw),
)


def open_tab(visit: Visit) -> Tab:
    """The one the address names; the first where it names none."""
    wanted = visit.request.GET.get("tab")
    return next((tab for tab in TABS if tab.name == wanted), TABS[0])
