"""The page of notes about a user: who writes, and that nothing of a note is shown elsewhere."""

from __future__ import annotations

import re

import pytest

from tests.admin.conftest import user_path
from users.actions.account.notes import add_note
from users.admin.notes import PAGE_SIZE
from users.models import Note
from users.rights.actor import staff_actor

TEXT = "Called about <b>the</b> invoice\nTicket 4711"


def notes_path(user) -> str:
    return f"/admin/notes/{user.pk}/"


@pytest.fixture
def note(jane, supporter) -> Note:
    return add_note(jane, TEXT, actor=staff_actor(supporter))


def test_support_adds_a_note_and_is_back_at_the_user(browser, supporter, jane):
    answer = browser(supporter).post(notes_path(jane), {"do": "add", "text": TEXT})

    assert (answer.status_code, answer["Location"]) == (302, f"{user_path(jane)}?tab=notes")
    assert Note.objects.get().text == TEXT


def test_a_note_is_shown_as_text(browser, agent, jane, note):
    page = browser(agent).get(notes_path(jane)).content.decode()

    assert "Called about &lt;b&gt;the&lt;/b&gt; invoice\nTicket 4711" in page
    assert "supporter@example.com" in page
    assert 'value="edit"' not in page
    assert 'value="delete"' not in page


def test_the_author_edits_and_deletes(browser, supporter, jane, note):
    visitor = browser(supporter)

    visitor.post(notes_path(jane), {"do": "edit", "note": note.pk, "text": "Paid"})
    assert Note.objects.get().text == "Paid"

    visitor.post(notes_path(jane), {"do": "delete", "note": note.pk})
    assert not Note.objects.exists()


def test_a_refused_text_is_shown_again_with_the_reason(browser, supporter, jane, note):
    answer = browser(supporter).post(notes_path(jane), {"do": "edit", "note": note.pk, "text": "x" * 2001})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="note_error_{note.pk}"' in page
    assert "at most 2,000 characters" in page
    assert "x" * 2001 in page


@pytest.mark.parametrize("given", [{"do": "edit", "text": "x"}, {"do": "delete"}])
def test_a_note_is_not_reached_through_another_user(browser, administrator, stranger, note, given):
    browser(administrator).post(notes_path(stranger), {**given, "note": note.pk})

    assert Note.objects.get().text == TEXT


def test_who_has_no_right_to_write_sees_notes_and_no_form(browser, staff_with, jane, note):
    visitor = browser(staff_with("view_user"))

    page = visitor.get(notes_path(jane)).content.decode()
    assert "Ticket 4711" in page
    assert "note_text" not in page
    for given in ({"do": "add"}, {"do": "edit", "note": note.pk}, {"do": "delete", "note": note.pk}):
        assert visitor.post(notes_path(jane), {**given, "text": "x"}).status_code == 403


def test_who_may_not_see_users_sees_no_notes(browser, staff_with, jane, note):
    assert browser(staff_with("send_links")).get(notes_path(jane)).status_code == 403
    assert browser(jane).get(notes_path(jane)).status_code in (302, 403)


def test_no_face_of_the_user_or_of_clients_has_a_note(browser, api, jane, note):
    client = api()
    path = f"/api/v2/users/{jane.user_id}"
    texts = [
        client.get(path),
        client.get(f"{path}/history"),
        client.get(f"{path}/logs"),
        client.get("/api/v2/logs"),
    ]
    texts += [browser(jane).get("/profile/"), browser(jane).get("/profile/changes/")]

    assert all("4711" not in answer.content.decode() for answer in texts)


def test_the_newest_note_stands_above_every_tab_but_that_of_the_notes(browser, agent, jane):
    Note.objects.create(user=jane, author=agent, author_name="s", text="Call back.")
    visitor = browser(agent)

    for tab, place in (("metadata", "identity-note"), ("notes", "note-text")):
        html = visitor.get(user_path(jane), {"tab": tab}).content.decode()
        assert re.findall("identity-note|note-text", html) == [place], tab


def test_the_page_lists_the_newest_and_goes_on(browser, agent, jane, supporter):
    Note.objects.bulk_create(
        Note(user=jane, author=supporter, author_name="s", text=f"number {index}.")
        for index in range(PAGE_SIZE + 1)
    )
    visitor = browser(agent)

    page = visitor.get(notes_path(jane))
    assert "number 0." not in page.content.decode()
    older = visitor.get(f"{notes_path(jane)}?after={page.context['notes']['next']}").content.decode()
    assert "number 0." in older


def test_a_page_of_notes_asks_the_same_however_many_there_are(
    browser, agent, jane, make_user, django_assert_max_num_queries
):
    visitor = browser(agent)
    for number in range(8):
        add_note(jane, TEXT, actor=staff_actor(make_user(f"author-{number}", "Support")))

    with django_assert_max_num_queries(8):
        visitor.get(notes_path(jane))
