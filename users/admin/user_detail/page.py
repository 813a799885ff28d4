"""The page of one user: view, edit, act."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from users.admin.request import TemplateContext, UserPageRequest
from users.admin.user_detail.buttons import BUTTONS
from users.admin.user_detail.header import header_context
from users.admin.user_detail.tabs import current_tab, tabs_of
from users.admin.user_lookup import get_user_or_404
from users.rights.errors import Denied
from users.web.page_view import PageRequest


def user_page(request: PageRequest, object_id: str, frame: dict[str, Any]) -> HttpResponse:
    """GET shows; POST acts and redirects back, or shows the form again with its errors.

    Whatever the page offered, the action behind each button checks the permission again.
    """
    visit = UserPageRequest(request, request.actor, get_user_or_404(request, object_id))
    faulty: TemplateContext | None = None
    if request.method == "POST":
        faulty = _run_button(visit)
        if faulty is None:
            # POST, redirect, GET: reloading must not repeat the action.
            return redirect(request.get_full_path())
        # Read again: the form keeps what was typed, everything around it shows the current state.
        visit.user = get_user_or_404(request, object_id)
    tab = current_tab(visit)
    context = {
        **frame,
        **header_context(visit.actor, visit.user),
        **tab.build_context(visit),
        # Last, so that the refused form replaces the fresh one of the tab.
        **(faulty or {}),
        "tabs": [
            {"name": one.name, "label": gettext(one.label), "is_open": one is tab}
            for one in tabs_of(visit.actor)
        ],
        "tab_template": tab.template,
        # The note above every other tab stands in its list here.
        "is_notes_tab": tab.name == "notes",
    }
    status = 422 if faulty else 200
    return TemplateResponse(request, "users/admin/user.html", context, status=status)


def _run_button(visit: UserPageRequest) -> TemplateContext | None:
    """Run the handler of the pressed button; of "save documents" where Enter was pressed in a form."""
    # The `do` of a button is data from the client; only listed handlers can run.
    verb = BUTTONS.get(visit.request.POST.get("do", "documents"))
    if verb is None:
        raise Denied(gettext("Unknown action."))
    return verb(visit)
