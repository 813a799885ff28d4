"""The page that confirms deleting a user."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from users.actions.account.delete_user import delete_user
from users.admin.user_detail.forms import DeleteForm
from users.admin.user_lookup import get_user_or_404
from users.rights.may import Verb, check
from users.web.page_view import PageRequest


def delete_page(request: PageRequest, object_id: str, frame: dict[str, Any]) -> HttpResponse:
    """GET asks for confirmation; POST with the user's email typed deletes."""
    user = get_user_or_404(request, object_id)
    # For GET as well: a page that asks to confirm must not end in a refusal.
    check(request.actor, Verb.DELETE, user)
    form = DeleteForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        delete_user(user, actor=request.actor, reason=form.cleaned_data["reason"])
        messages.success(request, gettext("%(user)s is deleted.") % {"user": user})
        return redirect("admin:users_user_changelist")
    context = {**frame, "title": gettext("Delete %(user)s?") % {"user": user}, "subject": user, "form": form}
    return TemplateResponse(request, "users/admin/delete.html", context, status=422 if form.errors else 200)
