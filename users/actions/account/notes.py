"""Notes that staff write about a user.

A note is no change of the user: the record of changes, which users, clients and webhooks read, does not
have it. The log says who wrote, edited or deleted one, never its text.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from users.actions.errors import InvalidNote, NoteNotFound, UserNotFound
from users.log.record import log_event
from users.log.types import API_WRITE
from users.metadata.text import bad_characters
from users.models import Note, User
from users.models.note import MAX_NOTE_LENGTH
from users.rights.actor import Actor, Kind
from users.rights.errors import Denied
from users.rights.may import Verb, check, may


def notes_about(user: User, viewer: Actor) -> QuerySet[Note]:
    """The notes about the user and the accounts linked to it, newest first; none for all but staff who may
    see users."""
    if viewer.kind != Kind.STAFF or not may(viewer, Verb.VIEW_NOTES, user):
        return Note.objects.none()
    if not user.linked_identities:
        return Note.objects.filter(user=user)
    # The accounts first: with a join the databases would read the notes of all users.
    accounts = User.accounts.filter(Q(pk=user.pk) | Q(linked_to=user))
    return Note.objects.filter(user__in=accounts.values("pk"))


def add_note(user: User, text: str, *, actor: Actor) -> Note:
    """Write a note. Raises Denied, InvalidNote or UserNotFound."""
    check(actor, Verb.WRITE_NOTES, user)
    text = _clean(text)
    with transaction.atomic():
        # Locked, so that a user deleted at the same moment gives UserNotFound and not an integrity error.
        held = User.objects.select_for_update().filter(pk=user.pk).only("pk", "user_id").first()
        if held is None:
            raise UserNotFound
        note = Note.objects.create(user=held, author=actor.user, author_name=actor.name[:300], text=text)
        _log("Add a note", note, actor)
    return note


def edit_note(note_id: int, text: str, *, actor: Actor) -> Note:
    """Change the text of a note, for its author alone. Raises Denied, InvalidNote or NoteNotFound."""
    text = _clean(text)
    with transaction.atomic():
        note = _lock(note_id)
        check(actor, Verb.WRITE_NOTES)
        if not _is_author(note, actor):
            raise Denied(gettext("Only its author can edit a note."))
        if note.text != text:
            note.text, note.edited_at = text, timezone.now()
            note.save(update_fields=["text", "edited_at"])
            _log("Edit a note", note, actor)
    return note


def delete_note(note_id: int, *, actor: Actor) -> None:
    """Delete a note: its author may, and administrators. Raises Denied or NoteNotFound."""
    with transaction.atomic():
        note = _lock(note_id)
        if not can_delete_note(note, actor):
            raise Denied(gettext("Only its author and administrators can delete a note."))
        _log("Delete a note", note, actor)
        note.delete()


def can_edit_note(note: Note, actor: Actor) -> bool:
    """Whether `actor` may edit the note."""
    return _is_author(note, actor) and may(actor, Verb.WRITE_NOTES)


def can_delete_note(note: Note, actor: Actor) -> bool:
    """Whether `actor` may delete the note."""
    if not may(actor, Verb.WRITE_NOTES):
        return False
    return _is_author(note, actor) or actor.is_administrator


def _is_author(note: Note, actor: Actor) -> bool:
    return actor.user is not None and note.author_id == actor.user.pk


def _lock(note_id: int) -> Note:
    note = Note.objects.select_for_update(of=("self",)).select_related("user").filter(pk=note_id).first()
    if note is None:
        raise NoteNotFound
    return note


def _clean(text: str) -> str:
    # Browsers send line breaks as CR LF, which would count twice.
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise InvalidNote(gettext("Write something first."))
    if len(text) > MAX_NOTE_LENGTH:
        raise InvalidNote(
            gettext("A note has at most %(most)s characters; this one has %(length)s.")
            % {"most": f"{MAX_NOTE_LENGTH:,}", "length": f"{len(text):,}"}
        )
    if bad_characters(text):
        raise InvalidNote(gettext("The note contains characters that cannot be stored."))
    return text


def _log(operation: str, note: Note, actor: Actor) -> None:
    details = {
        "request": {"id": actor.request_id or None, "channel": actor.face},
        "actor": {"kind": actor.kind, "id": actor.id},
        "note": {"id": note.pk, "user_id": note.user.user_id},
    }
    log_event(API_WRITE, user=actor.user, description=operation, details=details)
