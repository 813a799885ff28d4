"""All changes of all users, and one of them by itself."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from users.actions.account.undo import why_not_undoable
from users.admin.changes.filter_form import ChangeFilter
from users.admin.changes.rows import accounts_of, as_read, found_changes
from users.admin.changes.undo import offered
from users.history.filter import Wanted
from users.history.timeline import changes_of_all, one_change
from users.rights.errors import Denied
from users.rights.may import Verb, check
from users.web.actors import staff


def changes_page(request: HttpRequest, frame: dict[str, Any]) -> HttpResponse:
    """The latest first; what is looked for stands in the address."""
    actor = staff(request)
    try:
        check(actor, Verb.VIEW_CHANGES)
    except Denied as denied:
        raise PermissionDenied(denied.reason) from None
    form = ChangeFilter(request.GET, actor, of_one_user=False)
    context = {
        **frame,
        **found_changes(form, actor, lambda wanted, after: changes_of_all(actor, wanted, after=after)),
        "title": "Changes",
        "section": "changes",
        "names_subjects": True,
    }
    return TemplateResponse(request, "users/admin/changes.html", context)


def change_page(request: HttpRequest, number: int, frame: dict[str, Any]) -> HttpResponse:
    """Whole. What one may not see is not there."""
    actor = staff(request)
    change = one_change(number, actor)
    if change is None:
        raise Http404
    context = {
        **frame,
        **as_read(change, accounts_of([change], actor), Wanted(), is_own_page=True),
        "title": f"{change.get_what_display()}, change {change.pk}",
        "section": "changes",
        "offered": offered(change, actor),
        "why_not": why_not_undoable(change) if change.user else None,
    }
    return TemplateResponse(request, "users/admin/change_page.html", context)
