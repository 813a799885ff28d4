"""Notes by staff: who may write, edit, delete and see them, and where they never appear."""

from __future__ import annotations

import json

import pytest

from users.actions.account.notes import add_note, delete_note, edit_note, notes_about
from users.actions.errors import InvalidNote, NoteNotFound
from users.models import Change, LogEvent, Note
from users.models.note import MAX_NOTE_LENGTH
from users.rights.actor import bearer_actor, command_actor, owner_actor, staff_actor
from users.rights.errors import Denied

SHELL = command_actor("tests")
TEXT = "Called about the invoice"


@pytest.fixture
def note(jane, supporter) -> Note:
    return add_note(jane, TEXT, actor=staff_actor(supporter))


def test_support_writes_a_note_that_all_staff_see(note, jane, agent):
    [seen] = notes_about(jane, staff_actor(agent))

    assert (seen.text, seen.author_name, seen.edited_at) == (TEXT, "supporter@example.com", None)


def test_a_note_is_no_change_of_the_user(note, jane):
    assert Change.objects.filter(subject=jane.user_id).count() == 1


def test_the_log_says_who_wrote_a_note_and_not_its_text(note, jane, supporter):
    edit_note(note.pk, "Called twice", actor=staff_actor(supporter))
    delete_note(note.pk, actor=staff_actor(supporter))

    events = LogEvent.objects.order_by("pk")
    assert [event.description for event in events] == ["Add a note", "Edit a note", "Delete a note"]
    for event in events:
        assert event.user_id == supporter.user_id
        assert event.details["note"] == {"id": note.pk, "user_id": jane.user_id}
        assert "Called" not in json.dumps(event.details)


def test_the_author_edits_the_own_note(note, supporter):
    edit_note(note.pk, " Called twice\r\nand wrote ", actor=staff_actor(supporter))

    note.refresh_from_db()
    assert note.text == "Called twice\nand wrote"
    assert note.edited_at is not None


def test_an_edit_that_changes_nothing_is_none(note, supporter):
    edit_note(note.pk, TEXT, actor=staff_actor(supporter))

    note.refresh_from_db()
    assert note.edited_at is None


def test_a_colleague_neither_edits_nor_deletes_it(note, agent):
    for refused in (
        lambda: edit_note(note.pk, "x", actor=staff_actor(agent)),
        lambda: delete_note(note.pk, actor=staff_actor(agent)),
    ):
        with pytest.raises(Denied):
            refused()

    note.refresh_from_db()
    assert note.text == TEXT


def test_an_administrator_deletes_any_note_and_edits_none(note, administrator):
    with pytest.raises(Denied):
        edit_note(note.pk, "x", actor=staff_actor(administrator))

    delete_note(note.pk, actor=staff_actor(administrator))
    assert not Note.objects.exists()


def test_a_deleted_note_is_reported_missing(note, supporter):
    delete_note(note.pk, actor=staff_actor(supporter))

    with pytest.raises(NoteNotFound):
        edit_note(note.pk, "x", actor=staff_actor(supporter))
    with pytest.raises(NoteNotFound):
        delete_note(note.pk, actor=staff_actor(supporter))


def test_only_staff_with_the_right_write_and_see_notes(note, jane, stranger, agent, actor_of):
    scopes = frozenset({"read:users", "update:users", "read:current_user"})
    for actor in (
        owner_actor(jane),
        owner_actor(agent),
        bearer_actor(jane, scopes),
        actor_of(*scopes),
        staff_actor(stranger),
    ):
        with pytest.raises(Denied):
            add_note(jane, TEXT, actor=actor)
        assert not notes_about(jane, actor).exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("  \n ", "Write something first."),
        ("x" * (MAX_NOTE_LENGTH + 1), "at most 2,000 characters; this one has 2,001"),
        ("a\0b", "cannot be stored"),
        ("\ud800", "cannot be stored"),
    ],
)
def test_a_text_that_cannot_be_a_note_is_refused(jane, supporter, text, reason):
    with pytest.raises(InvalidNote, match=reason):
        add_note(jane, text, actor=staff_actor(supporter))

    assert not Note.objects.exists()
