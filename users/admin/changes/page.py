"""The activity of all users, and the page of one change."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from users.actions.account.undo import undo_refusal
from users.admin.changes.facets import facet_context, period_context
from users.admin.changes.filter_form import ChangeFilterForm
from users.admin.changes.rows import People, activity_context, change_context
from users.admin.changes.sentences import change_title
from users.admin.changes.undo import reversal_options
from users.history.timeline import get_change
from users.log.activity import list_activity
from users.metadata.documents import DOCUMENTS
from users.rights.may import Verb, check
from users.web.page_view import PageRequest


def changes_page(request: PageRequest, frame: dict[str, Any]) -> HttpResponse:
    """List the activity of all users, newest first; the filter is in the query string."""
    actor = request.actor
    check(actor, Verb.VIEW_CHANGES)
    form = ChangeFilterForm(request.GET, actor, of_one_user=False)
    context = {
        **frame,
        **activity_context(form, actor, lambda wanted, after: list_activity(actor, wanted, after=after)),
        **facet_context(form, actor),
        **period_context(form),
        "title": gettext("Activity"),
        "section": "changes",
    }
    return TemplateResponse(request, "users/admin/activity.html", context)


def change_page(request: PageRequest, number: int, frame: dict[str, Any]) -> HttpResponse:
    """Show one change in full. A change that the staff member may not see is a 404."""
    actor = request.actor
    change = get_change(number, actor)
    # A change that may not be seen answers like one that does not exist, so ids disclose nothing.
    if change is None:
        raise Http404
    context = {
        **frame,
        **change_context(change, People.of([change], actor), is_own_page=True),
        "title": gettext("%(what)s, change %(number)s") % {"what": change_title(change), "number": change.pk},
        "heading": change_title(change),
        "part_prefix": change.what if change.what in DOCUMENTS else "",
        "section": "changes",
        "offered": reversal_options(change, actor),
        # Without its user nothing can be undone, whatever kind of change it is.
        "why_not": undo_refusal(change) if change.user else None,
    }
    return TemplateResponse(request, "users/admin/change_page.html", context)
