"""Confirm an undo or restore: the page shows the effect and asks for a reason, and only a POST does it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from users.actions.account.revert_parts import PARTS, PROFILE
from users.actions.account.undo import undo_refusal
from users.actions.errors import (
    ChangedSince,
    DuplicateField,
    NotSupported,
    NotUndoable,
    StaleVersion,
)
from users.admin.changes.rows import People
from users.admin.changes.undo import MAX_KEYS, NOT_ALLOWED, Reversal, is_reversible
from users.admin.request import UserPageRequest
from users.history.errors import BeforeRetention, NotCreatedYet
from users.history.timeline import get_change
from users.metadata.errors import MetadataError
from users.models import Change
from users.representation.fields import WRITABLE
from users.representation.validation import FieldError
from users.rights.errors import Denied
from users.web.page_view import PageRequest

STALE_MESSAGE = gettext_lazy(
    "This user was changed in the meantime. Nothing was undone; review the changes again."
)
CHANGED_SINCE_MESSAGE = gettext_lazy(
    "It was changed again since. Choose below whether to overwrite the newer value."
)


def reversal_page(request: PageRequest, number: int, part: str, frame: dict[str, Any]) -> HttpResponse:
    """Undo the change; where `part` is given, restore that part, or only `?key=`, to the time of the change.

    Whatever the page offers, the action checks each permission again.
    """
    actor = request.actor
    change = get_change(number, actor)
    if change is None or not is_reversible(change) or (part and part not in PARTS):
        raise Http404
    taking = Reversal(change, actor, part, request.GET.get("key"))
    # The key is part of the URL; an unknown field would restore nothing and report success.
    if part == PROFILE and taking.key not in (None, *WRITABLE):
        raise Http404
    # GET as well, so that the page never asks to confirm what will be refused.
    _check_available(taking)
    problem = ""
    if request.method == "POST":
        request.subject = taking.user
        problem = _handle_post(UserPageRequest(request, actor, taking.user), taking)
        if not problem:
            return redirect(f"{reverse('admin:users_user_change', args=[taking.user.pk])}?tab=activity")
        # Mostly the refusal means that another staff member saved meanwhile, whose values are to be shown.
        taking.user.refresh_from_db()
        taking = Reversal(change, actor, part, taking.key)
    contested = [step for step in taking.steps if step.is_contested]
    context = {
        **frame,
        "title": _title(taking),
        "section": "changes",
        "taking": taking,
        "change": change,
        "actor_name": People.of([change], actor).name_of_actor(change),
        "contested": contested[:MAX_KEYS],
        "contested_more": max(len(contested) - MAX_KEYS, 0),
        "problem": problem,
        "reason": request.POST.get("reason", ""),
    }
    return TemplateResponse(request, "users/admin/take_back.html", context, status=422 if problem else 200)


def _check_available(taking: Reversal) -> None:
    """Raise Denied or Http404, with the reason, where the action cannot succeed."""
    why_not = None if taking.part else undo_refusal(taking.change)
    if why_not:
        raise Http404(why_not)
    try:
        is_allowed = taking.is_allowed
    except (BeforeRetention, NotCreatedYet) as error:
        raise Http404(str(error)) from None
    if not is_allowed:
        raise Denied(str(NOT_ALLOWED))


def _handle_post(visit: UserPageRequest, taking: Reversal) -> str:
    """Return an empty string once done, else the reason why not."""
    version = visit.request.POST.get("version", "")
    # A tampered version is treated like an outdated one; longer numbers would not fit the column.
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        return str(STALE_MESSAGE)
    try:
        taking.run(reason=visit.reason, force="force" in visit.request.POST, version=int(version))
    except StaleVersion:
        return str(STALE_MESSAGE)
    except ChangedSince:
        return str(CHANGED_SINCE_MESSAGE)
    # The former email may belong to another user by now.
    except DuplicateField as error:
        return gettext("Another user of this connection already has this %(field)s.") % {"field": error.field}
    except FieldError as error:
        return f"{error.field}: {error.rule}."
    except (MetadataError, NotSupported, NotUndoable, BeforeRetention, NotCreatedYet) as error:
        return str(error)
    visit.show_success(gettext("Undone.") if not taking.part else gettext("Restored."))
    return ""


def _title(taking: Reversal) -> str:
    if not taking.part:
        return gettext("Undo this change?")
    what = taking.key if taking.key is not None else Change.What(taking.part).label
    return gettext("Restore %(what)s?") % {"what": what}
