"""Messages that say what was saved, and offer to undo it with one click."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import Truncator, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from users.actions.account.undo import undo
from users.actions.errors import ChangedSince, DuplicateField, NotSupported, NotUndoable
from users.admin.changes.undo import undoable_changes
from users.admin.user_lookup import get_user_or_404
from users.metadata.errors import MetadataError
from users.models import Change, User
from users.representation.validation import FieldError
from users.rights.actor import Actor
from users.web.page_view import PageRequest
from users.web.undo_offer import MAX_CHANGES, read_offer, tag_offer

# A message names so many keys, each shortened; the rest is counted.
MAX_NAMES, MAX_NAME_LENGTH = 3, 40


def show_saved(request: PageRequest, user: User, text: str = "") -> None:
    """Show on the next page what this request saved of the user, with a button that undoes it if the staff
    member may. `text` says it where the names of the keys do not."""
    changes = _changes_of(request.actor, user)
    offered = undoable_changes(changes, request.actor, {user.user_id: user})
    # All or nothing: a button that undid a part of what was saved would mislead.
    tags = tag_offer(user, offered) if changes and len(offered) == len(changes) else ""
    messages.success(request, text or _describe(changes), extra_tags=tags)


@require_POST
def undo_saved(request: PageRequest) -> HttpResponse:
    """Undo the changes that a message names, all or none, and go back to the page that showed it."""
    offer = read_offer(request.POST.get("undo", ""))
    if offer is None:
        messages.error(request, _("Not undone: the request is incomplete."))
        return redirect("admin:index")
    user = request.subject = get_user_or_404(request, str(offer.user_key))
    try:
        with transaction.atomic():
            # The newest first, as each undo expects the state that its change left.
            for number in sorted(offer.changes, reverse=True):
                undo(user, number, actor=request.actor)
    except ChangedSince:
        messages.error(
            request,
            _("Not undone: the values have changed again since. Undo single changes in the activity."),
        )
    except (DuplicateField, FieldError, MetadataError, NotSupported, NotUndoable) as error:
        messages.error(request, _("Not undone: %(reason)s") % {"reason": str(error)})
    else:
        messages.success(request, _("Undone."))
    return redirect(_safe_url(request, user))


def _changes_of(actor: Actor, user: User) -> list[Change]:
    """What this request has recorded of the user: the newest lines, which have the same time."""
    # Clients may send the id of a request and use it twice, so it does not suffice.
    mine = Change.objects.filter(
        subject=user.user_id, user=user.pk, actor_id=actor.id, request_id=actor.request_id
    ).order_by("-at", "-id")
    found = list(mine[:MAX_CHANGES])
    return [change for change in found if change.at == found[0].at]


def _describe(changes: Sequence[Change]) -> str:
    names = [
        # Fields of the profile have names such as `given_name`; keys of documents are the users' own.
        name.replace("_", " ")
        if change.what == Change.What.PROFILE
        else Truncator(name).chars(MAX_NAME_LENGTH)
        for change in reversed(changes)
        for name in sorted(change.keys)
    ]
    more = len(names) - MAX_NAMES
    if not names:
        return _("Saved.")
    shown = names[:MAX_NAMES]
    if more > 0:
        shown.append(ngettext("%(number)d more", "%(number)d more", more) % {"number": more})
    return _("Saved %(names)s.") % {"names": get_text_list(shown, _("and"))}


def _key_name(change: Change, name: str) -> str:
    # Fields of the profile have names such as `given_name`; keys of documents are whatever was written.
    if change.what == Change.What.PROFILE:
        return name.replace("_", " ")
    return Truncator(name).chars(MAX_NAME_LENGTH)


def _safe_url(request: PageRequest, user: User) -> str:
    """The page that showed the message, if it is one of ours; else that of the user."""
    url = request.POST.get("next", "")
    # Otherwise a form elsewhere could send staff to another site.
    if url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}):
        return url
    return reverse("admin:users_user_change", args=[user.pk])
