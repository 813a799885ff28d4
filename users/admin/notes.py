"""Notes by staff about a user: a part of the user's page, and a page of its own for all of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from users.actions.account.notes import (
    add_note,
    can_delete_note,
    can_edit_note,
    delete_note,
    edit_note,
    notes_about,
)
from users.actions.errors import InvalidNote, NoteNotFound
from users.admin.actor_name import actor_name
from users.admin.request import TemplateContext
from users.admin.user_lookup import get_user_or_404
from users.listing.keyset import Keyset
from users.listing.pages import read_cursor_page
from users.models import Note, User
from users.models.note import MAX_NOTE_LENGTH
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.may import Verb, check, denial_reason
from users.web.initials import colour, initials
from users.web.page_view import PageRequest

# On the user's page, and on the page of notes.
PART_SIZE, PAGE_SIZE = 5, 50
LIST = "notes"
NEWEST_FIRST = Keyset(("created_at", "id"), is_descending=True)


def notes_context(actor: Actor, user: User) -> TemplateContext:
    """Return the context of `users/admin/notes.html`, as `notes`: the newest notes, and whether one may be
    written. The template also needs `subject`, the user."""
    return _context(actor, user, size=PART_SIZE, cursor="")


def notes_page(request: PageRequest, user_key: int, frame: dict[str, Any]) -> HttpResponse:
    """GET lists all notes about a user, continuing after `?after=`. POST adds, edits or deletes one and
    redirects to the user's page; a text that is refused is shown again with the reason."""
    actor = request.actor
    user = get_user_or_404(request, str(user_key))
    check(actor, Verb.VIEW_NOTES, user)
    refused: TemplateContext = {}
    if request.method == "POST":
        try:
            _run_button(request, actor, user)
            return redirect(f"{reverse('admin:users_user_change', args=[user.pk])}?tab=notes")
        except InvalidNote as error:
            refused = {
                "note_error": str(error),
                "note_text": request.POST.get("text", ""),
                "faulty_note": _number(request.POST.get("note", "")),
            }
        except NoteNotFound:
            messages.info(request, gettext("The note had already been deleted."))
            return redirect(f"{reverse('admin:users_user_change', args=[user.pk])}?tab=notes")
    context = {
        **frame,
        **_context(actor, user, size=PAGE_SIZE, cursor=request.GET.get("after", "")),
        **refused,
        "title": gettext("Notes about %(user)s") % {"user": user},
        "section": "users",
        "subject": user,
        "is_whole": True,
    }
    return TemplateResponse(request, "users/admin/notes_page.html", context, status=422 if refused else 200)


def _run_button(request: PageRequest, actor: Actor, user: User) -> None:
    do, text, number = request.POST.get("do", ""), request.POST.get("text", ""), request.POST.get("note", "")
    if do == "add":
        add_note(user, text, actor=actor)
        messages.success(request, gettext("Note added."))
        return
    note = _note_of(user, actor, number)
    if do == "edit":
        edit_note(note.pk, text, actor=actor)
        messages.success(request, gettext("Note saved."))
    elif do == "delete":
        delete_note(note.pk, actor=actor)
        messages.success(request, gettext("Note deleted."))
    else:
        raise Denied(gettext("Unknown action."))


def _note_of(user: User, actor: Actor, number: str) -> Note:
    """The note of that number, if it is about this user. Raises NoteNotFound."""
    note = notes_about(user, actor).filter(pk=_number(number)).first()
    if note is None:
        raise NoteNotFound
    return note


def _number(text: str) -> int:
    """The number that a form sent; 0, which no row has, for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _context(actor: Actor, user: User, *, size: int, cursor: str) -> TemplateContext:
    found = notes_about(user, actor).select_related("author")
    page = read_cursor_page(LIST, found, NEWEST_FIRST, size=size, cursor=cursor)
    return {
        "notes": {
            "rows": [_row(note, actor) for note in page.rows],
            "refusal": denial_reason(actor, Verb.WRITE_NOTES, user),
            "max_length": MAX_NOTE_LENGTH,
            "is_after": page.has_previous,
            "next": page.next,
        }
    }


def _row(note: Note, actor: Actor) -> TemplateContext:
    return {
        "note": note,
        "author": actor_name(note.author, note.author_name),
        "initials": initials(note.author) if note.author else note.author_name[:1].upper(),
        "colour": colour(note.author) if note.author else 1,
        "can_edit": can_edit_note(note, actor),
        "can_delete": can_delete_note(note, actor),
    }
