"""The page of one user: see, edit, act."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from users.actions.errors import UserGone
from users.admin.request import Page, Visit
from users.admin.user_detail.buttons import VERBS
from users.admin.user_detail.header import head
from users.admin.user_detail.tabs import TABS, open_tab
from users.admin.user_lookup import find_user
from users.models import User
from users.rights.errors import Denied
from users.web.actors import staff


def user_page(request: HttpRequest, object_id: str, frame: dict[str, Any]) -> HttpResponse:
    """GET shows; POST does and leads back, or shows again what was typed and what is wrong.

    Whatever the page offered, the action behind each button checks the right once more.
    """
    visit = Visit(request, staff(request), find_user(request, object_id))
    faulty: Page | None = None
    if request.method == "POST":
        try:
            faulty = _do(visit)
        except Denied as denied:
            raise PermissionDenied(denied.reason) from None
        except (UserGone, User.DoesNotExist):
            visit.warn(f"{visit.user} was deleted while you were editing. Nothing has been saved.")
            return redirect("admin:users_user_changelist")
        if faulty is None:
            return redirect(request.get_full_path())
        visit.user = find_user(request, object_id)
    tab = open_tab(visit)
    context = {
        **frame,
        **head(visit.actor, visit.user),
        **tab.fill(visit),
        **(faulty or {}),
        "tabs": [{"name": one.name, "label": one.label, "is_open": one is tab} for one in TABS],
        "tab_template": tab.template,
    }
    status = 422 if faulty else 200
    return TemplateResponse(request, "users/admin/user.html", context, status=status)


def _do(visit: Visit) -> Page | None:
    """What the pressed button asks; saving the documents where Enter was pressed in a form."""
    verb = VERBS.get(visit.request.POST.get("do", "documents"))
    if verb is None:
        raise PermissionDenied("There is no such action.")
    return verb(visit)
