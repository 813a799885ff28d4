"""Saving the two documents: both or neither, never over somebody else's work, nothing lost."""

from __future__ import annotations

import json

import pytest

from tests.admin.conftest import user_path
from tests.conftest import again
from tests.web.pages import open_page
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.models import Change
from users.rights.actor import command_actor

SAVE = "Save changes"
COMPARE = "Another user changed this while you were editing."


def patch(user, **documents):
    """Somebody else changes the user meanwhile."""
    edit = Edit(documents={name: Patch(value) for name, value in documents.items()})
    return edit_user(user, edit, actor=command_actor("another agent"))


def documents(user):
    user = again(user)
    return user.user_metadata, user.app_metadata


def test_an_agent_changes_app_metadata(visit, agent, jane):
    page = visit(agent, jane).press(SAVE, app_metadata='{"plan": "pro", "seats": 5}')

    assert page.status == 200
    assert "Saved plan and seats." in page.text
    assert documents(jane) == ({"hobby": "surfing"}, {"plan": "pro", "seats": 5})


def test_both_documents_are_saved_with_one_press(visit, agent, jane):
    visit(agent, jane).press(SAVE, user_metadata='{"hobby": "chess"}', app_metadata="{}")

    assert documents(jane) == ({"hobby": "chess"}, None)


def test_pressing_enter_in_the_form_saves_the_documents(browser, visit, agent, jane):
    page = visit(agent, jane)
    data = page.data(SAVE, app_metadata='{"plan": "pro"}')
    del data["do"]

    page.browser.post(user_path(jane), data)

    assert documents(jane)[1] == {"plan": "pro"}


def test_the_record_says_who_where_which_request_and_why(visit, agent, jane):
    page = visit(agent, jane)
    data = page.data(SAVE, app_metadata='{"plan": "pro"}', reason="Ticket 4711")

    page.browser.post(user_path(jane), data, headers={"X-Request-ID": "request-77"})

    change = Change.objects.filter(subject=jane.user_id).first()
    assert (change.actor_kind, change.face, change.actor_id) == ("staff", "dashboard", agent.user_id)
    assert (change.actor_name, change.request_id, change.reason) == (agent.email, "request-77", "Ticket 4711")
    assert (change.what, change.user) == ("app_metadata", jane)
    assert change.keys == {"plan": {"before": "full", "after": "pro"}}


def test_versions_rise_with_the_document_that_changed(visit, agent, jane):
    page = visit(agent, jane).press(SAVE, app_metadata='{"plan": "pro"}')

    after = again(jane)
    assert after.app_metadata_version == jane.app_metadata_version + 1
    assert after.user_metadata_version == jane.user_metadata_version
    assert after.version == jane.version + 1
    assert f"Version {after.app_metadata_version}" in page.text


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        pytest.param('{"plan": }', "line 1, column 10", id="broken JSON"),
        pytest.param('{\n  "plan": "pro"\n  "seats": 5\n}', "line 3, column 3", id="a comma missing"),
        pytest.param('{"a": 1, "a": 2}', "is given twice", id="doubled key"),
        pytest.param('{"a": NaN}', "NaN is not a JSON number", id="NaN"),
        pytest.param('{"a": 1e400}', "does not fit a 64-bit float", id="a number too large"),
        pytest.param('{"a": 1} {}', "more text after the JSON value", id="trailing garbage"),
        pytest.param("", "the text is empty; write {}", id="nothing"),
        pytest.param("[1, 2]", "must be an object, not array", id="array"),
        pytest.param("null", "must be an object, not null", id="null"),
        pytest.param('{"address": {"zip.code": 1}}', "zip.code", id="dot in a name"),
        pytest.param('{"list": [{"$ref": 1}]}', "app_metadata.list[0]", id="dollar in a name"),
        pytest.param('{"user_id": "auth0|x"}', "reserved at the first level", id="reserved name"),
        pytest.param('{"a": "\\u0000"}', "NUL", id="escaped NUL"),
        pytest.param('{"a": "\\ud800"}', "surrogate", id="half a surrogate pair"),
        pytest.param('{"a":' * 40 + "1" + "}" * 40, "nested deeper than 32 levels", id="too deep"),
        pytest.param("[" * 5000, "nested deeper than 200 levels", id="hostile nesting"),
    ],
)
def test_one_bad_document_saves_neither_and_keeps_what_was_typed(visit, row, agent, jane, typed, where):
    before = row(jane)

    page = visit(agent, jane).press(
        SAVE, user_metadata='{"hobby":   "chess"}', app_metadata=typed, reason="Ticket 4711"
    )

    assert page.status == 422
    assert row(jane) == before
    assert where in page.text
    kept = page.form(SAVE).fields
    assert kept["user_metadata"] == ['{"hobby":   "chess"}'.replace("\n", "\r\n")]
    assert kept["app_metadata"] == [typed.replace("\n", "\r\n")]
    assert kept["reason"] == ["Ticket 4711"]


def test_the_error_stands_at_its_box_and_in_a_summary_that_leads_there(visit, agent, jane):
    page = visit(agent, jane).press(SAVE, app_metadata="{")

    assert '<a href="#id_app_metadata">App metadata</a>' in page.html
    assert 'id="id_app_metadata_error"' in page.html
    area = page.html.partition('<textarea name="app_metadata"')[2].partition(">")[0]
    assert 'aria-invalid="true"' in area
    assert "id_app_metadata_error" in area
    user_area = page.html.partition('<textarea name="user_metadata"')[2].partition(">")[0]
    assert "aria-invalid" not in user_area


def test_a_document_over_the_limit_is_refused_in_words(visit, row, agent, jane, settings):
    settings.METADATA_MAX_BYTES = 1024
    before = row(jane)

    page = visit(agent, jane).press(SAVE, app_metadata=json.dumps({"a": "x" * 1024}))

    assert page.status == 422
    assert "1,032 bytes, 1,024 are allowed" in page.text
    assert row(jane) == before


def test_a_reason_too_long_is_refused_and_kept(visit, row, agent, jane):
    before = row(jane)

    page = visit(agent, jane).press(SAVE, app_metadata='{"plan": "pro"}', reason="x" * 501)

    assert page.status == 422
    assert row(jane) == before
    assert page.form(SAVE).fields["reason"] == ["x" * 501]
    assert page.form(SAVE).fields["app_metadata"] == ['{"plan": "pro"}']


def test_an_outdated_version_is_refused_with_both_texts_shown(visit, row, agent, jane):
    opened = visit(agent, jane)
    patch(jane, app_metadata={"seats": 3})
    before = row(jane)

    page = opened.press(SAVE, app_metadata='{"plan":  "mine"}')

    assert page.status == 422
    assert row(jane) == before
    assert COMPARE in page.text
    chooser = page.html.partition("data-conflict")[2].partition("</section>")[0]
    assert 'data-document="app_metadata"' in chooser
    assert 'data-document="user_metadata"' not in chooser
    assert page.html.index("data-conflict") < page.html.index('id="doc_user_metadata"')
    assert page.form(SAVE).fields["app_metadata"] == ['{\n  "plan": "mine",\n  "seats": 3\n}']
    assert "Merged in from the other user: app_metadata.seats" in page.text
    assert '{"plan": "mine"}' in page.text.partition("What you typed")[2]
    theirs = page.text.partition("What is saved now")[2]
    assert '"seats": 3' in theirs
    assert '"plan": "full"' in theirs


def test_the_second_save_decides(visit, agent, jane):
    opened = visit(agent, jane)
    patch(jane, app_metadata={"seats": 3})
    refused = opened.press(SAVE, app_metadata='{"plan": "mine"}', reason="Ticket 4711")

    page = refused.press(SAVE)

    assert (page.status, documents(jane)[1]) == (200, {"plan": "mine", "seats": 3})
    change = Change.objects.filter(subject=jane.user_id).first()
    assert change.reason == "Ticket 4711"
    assert change.keys == {"plan": {"before": "full", "after": "mine"}}


@pytest.mark.parametrize(
    ("choice", "plan"),
    [pytest.param("mine", "mine", id="mine"), pytest.param("theirs", "theirs", id="theirs")],
)
def test_a_key_that_both_changed_is_chosen(visit, agent, jane, choice, plan):
    opened = visit(agent, jane)
    patch(jane, app_metadata={"plan": "theirs", "seats": 3})
    refused = opened.press(SAVE, app_metadata='{"plan":  "mine"}')

    assert "Both of you changed app_metadata.plan" in refused.text
    refused.press(SAVE, forged={"app_metadata_choice_0": choice})

    assert documents(jane)[1] == {"plan": plan, "seats": 3}


THEIRS = {"app_metadata_choice_0": "theirs"}


def test_a_choice_outlives_a_mistake_elsewhere(visit, agent, jane):
    opened = visit(agent, jane)
    patch(jane, app_metadata={"plan": "theirs"})
    refused = opened.press(SAVE, app_metadata='{"plan": "mine"}')

    mistaken = refused.press(SAVE, user_metadata='{"broken": ', forged=THEIRS)
    assert mistaken.status == 422
    mistaken.press(SAVE, user_metadata='{"hobby": "chess"}')

    assert documents(jane) == ({"hobby": "chess"}, {"plan": "theirs"})


def test_a_choice_outlives_a_second_conflict(visit, agent, jane):
    opened = visit(agent, jane)
    patch(jane, app_metadata={"plan": "theirs"})
    refused = opened.press(SAVE, app_metadata='{"plan": "mine", "mine": 1}')
    patch(jane, app_metadata={"seats": 3})

    again_refused = refused.press(SAVE, forged=THEIRS)
    assert again_refused.status == 422
    again_refused.press(SAVE)

    assert documents(jane)[1] == {"plan": "theirs", "mine": 1, "seats": 3}


def test_what_is_typed_after_a_conflict_wins_over_a_choice_of_theirs(visit, agent, jane):
    opened = visit(agent, jane)
    patch(jane, app_metadata={"plan": "theirs"})
    refused = opened.press(SAVE, app_metadata='{"plan": "mine"}')

    refused.press(SAVE, app_metadata='{"plan": "both of us"}', forged=THEIRS)

    assert documents(jane)[1] == {"plan": "both of us"}


def test_a_key_with_a_line_break_is_chosen_like_any_other(visit, agent, jane):
    patch(jane, app_metadata={"a\nb": 1})
    opened = visit(agent, jane)
    patch(jane, app_metadata={"a\nb": 3})
    refused = opened.press(SAVE, app_metadata='{"plan": "full", "a\\nb": 2}')

    refused.press(SAVE, forged=THEIRS)

    assert documents(jane)[1] == {"plan": "full", "a\nb": 3}


def test_an_untouched_box_is_shown_as_it_is_by_now(visit, agent, jane):
    opened = visit(agent, jane)
    patch(jane, app_metadata={"plan": "theirs"}, user_metadata={"hobby": "theirs"})

    refused = opened.press(SAVE, user_metadata='{"hobby": "mine"}')

    assert refused.form(SAVE).fields["app_metadata"] == ['{\n  "plan": "theirs"\n}']


def test_a_key_that_they_removed_may_go(visit, agent, jane):
    opened = visit(agent, jane)
    patch(jane, app_metadata={"plan": None})
    refused = opened.press(SAVE, app_metadata='{"plan": "mine"}')

    assert "(removed)" in refused.text
    refused.press(SAVE, forged={"app_metadata_choice_0": "theirs"})

    assert documents(jane)[1] in ({}, None)


def test_a_text_that_needed_no_merging_stays_as_it_was_typed(visit, agent, jane):
    opened = visit(agent, jane)
    patch(jane, app_metadata={"plan": "theirs"})

    refused = opened.press(SAVE, app_metadata='{"plan":  "mine"}')

    assert refused.form(SAVE).fields["app_metadata"] == ['{"plan":  "mine"}']


def test_the_second_save_is_refused_as_well_when_somebody_was_quicker_again(visit, agent, jane):
    opened = visit(agent, jane)
    patch(jane, app_metadata={"seats": 3})
    refused = opened.press(SAVE, app_metadata='{"plan": "mine"}')
    patch(jane, app_metadata={"seats": 4})

    page = refused.press(SAVE)

    assert page.status == 422
    assert '"seats": 4' in page.text
    assert documents(jane)[1] == {"plan": "full", "seats": 4}


def test_taking_over_their_text_after_a_conflict_writes_nothing(visit, row, agent, jane):
    opened = visit(agent, jane)
    patch(jane, app_metadata={"seats": 3})
    refused = opened.press(SAVE, app_metadata='{"plan": "mine"}')
    before = row(jane)

    page = refused.press(SAVE, app_metadata='{"seats": 3, "plan": "full"}')

    assert page.status == 200
    assert row(jane) == before


def test_a_conflict_in_one_document_saves_neither_and_keeps_both_texts(visit, row, agent, jane):
    opened = visit(agent, jane)
    patch(jane, app_metadata={"seats": 3})
    before = row(jane)

    page = opened.press(SAVE, user_metadata='{"hobby": "chess"}', app_metadata='{"plan": "mine"}')

    assert (page.status, row(jane)) == (422, before)
    assert page.form(SAVE).fields["user_metadata"] == ['{"hobby": "chess"}']
    page.press(SAVE)
    assert documents(jane) == ({"hobby": "chess"}, {"plan": "mine", "seats": 3})


def test_a_conflict_in_both_documents_shows_both(visit, agent, jane):
    opened = visit(agent, jane)
    patch(jane, app_metadata={"seats": 3}, user_metadata={"theme": "dark"})

    page = opened.press(SAVE, user_metadata='{"hobby": "chess"}', app_metadata='{"plan": "mine"}')

    assert page.text.count("What is saved now") == 2
    assert '"theme": "dark"' in page.text
    assert '"seats": 3' in page.text


def test_somebody_elses_change_to_the_other_document_is_no_conflict(visit, agent, jane):
    opened = visit(agent, jane)
    patch(jane, user_metadata={"theme": "dark"})

    page = opened.press(SAVE, app_metadata='{"plan": "pro"}')

    assert page.status == 200
    assert documents(jane) == ({"hobby": "surfing", "theme": "dark"}, {"plan": "pro"})


@pytest.mark.parametrize("untouched", ["user_metadata", "app_metadata"])
def test_an_untouched_box_writes_nothing_however_old_it_is(visit, agent, jane, untouched):
    touched = {"user_metadata": "app_metadata", "app_metadata": "user_metadata"}[untouched]
    opened = visit(agent, jane)
    patch(jane, **{untouched: {"theirs": [1, 1.0, True]}})

    opened.press(SAVE, **{touched: '{"mine": 1}'})

    user = again(jane)
    assert getattr(user, untouched)["theirs"] == [1, 1.0, True]
    assert getattr(user, touched) == {"mine": 1}
    assert list(user.changes.values_list("what", "actor_kind")[:2]) == [
        (touched, "staff"),
        (untouched, "command"),
    ]


def test_saving_without_an_edit_writes_nothing(visit, row, agent, jane):
    before = row(jane)

    page = visit(agent, jane).press(SAVE, reason="Just looking")

    assert row(jane) == before
    assert "There was nothing to save." in page.text


def test_the_same_document_in_another_spelling_writes_nothing(visit, row, agent, jane):
    before = row(jane)

    visit(agent, jane).press(SAVE, app_metadata='{"plan":"full"}')

    assert row(jane) == before


@pytest.mark.parametrize(("before", "after"), [("1", "1.0"), ("1", "true"), ("0", "false"), ('"1"', "1")])
def test_values_that_only_look_alike_are_saved(visit, agent, make_user, before, after):
    user = make_user("u", app_metadata={"a": json.loads(before)})

    visit(agent, user).press(SAVE, app_metadata=f'{{"a": {after}}}')

    assert json.dumps(documents(user)[1]) == json.dumps({"a": json.loads(after)})


TRICKY = {
    "[]": [],
    "nested": {"list": [None, {"a": [1.0, 1, True, "1"]}], "empty": {}},
    "__proto__": {"constructor": 1},
    "a§b": 'Zoë 👩‍👩‍👧 \u2028 \u00a0 </textarea><script>alert(1)</script> &amp; \\ "quoted"',
    "long": 2**200,
    "line\nbreak": "\r\n\ttab\n\n",
    "float": 1e100,
    "  spaces  ": " \n ",
}


def test_whatever_a_document_holds_the_box_shows_it_whole(visit, row, agent, make_user):
    user = make_user("u", user_metadata=TRICKY, app_metadata=TRICKY)
    before = row(user)

    page = visit(agent, user)

    for name in ("user_metadata", "app_metadata"):
        assert json.loads(page.form(SAVE).fields[name][0]) == TRICKY
    assert "<script>alert" not in page.html
    page.press(SAVE)
    assert row(user) == before


def test_editing_one_value_leaves_every_other_as_it_was(visit, agent, make_user):
    user = make_user("u", app_metadata=TRICKY)
    page = visit(agent, user)
    text = page.form(SAVE).fields["app_metadata"][0]

    page.press(SAVE, app_metadata=text.replace('"float": 1e+100', '"float": 2e+100'))

    assert documents(user)[1] == {**TRICKY, "float": 2e100}
    assert list(Change.objects.filter(subject=user.user_id).first().keys) == ["float"]


def test_the_first_null_typed_stays_since_an_editor_replaces(visit, agent, jane):
    visit(agent, jane).press(SAVE, app_metadata='{"plan": null}')

    assert documents(jane)[1] == {"plan": None}


@pytest.mark.parametrize(
    ("forged", "words"),
    [
        pytest.param({"app_metadata_version": "x"}, "The form was incomplete", id="version no number"),
        pytest.param({"app_metadata_version": ""}, "The form was incomplete", id="version empty"),
        pytest.param({"app_metadata_version": "-1"}, "The form was incomplete", id="version negative"),
        pytest.param({"app_metadata_version": "9" * 30}, "The form was incomplete", id="version endless"),
        pytest.param({"app_metadata_version": "99"}, COMPARE, id="version from the future"),
        pytest.param({"app_metadata_version": "0"}, COMPARE, id="version of the past"),
    ],
)
def test_hidden_fields_that_were_tampered_with_save_nothing(visit, row, agent, jane, forged, words):
    before = row(jane)

    page = visit(agent, jane).press(SAVE, app_metadata='{"plan": "pro"}', forged=forged)

    assert (page.status, row(jane)) == (422, before)
    assert words in page.text


def test_a_form_without_its_boxes_saves_nothing(visit, row, agent, jane):
    before = row(jane)

    answer = visit(agent, jane).browser.post(user_path(jane), {"do": "documents"})

    assert (answer.status_code, row(jane)) == (422, before)


def test_a_user_deleted_meanwhile_is_gone_not_an_error(visit, agent, jane, monkeypatch):
    """Between looking the account up and locking it."""
    from users.actions.account.delete_user import delete_user
    from users.web import documents_form

    def too_late(user, *args, **options):
        delete_user(user, actor=command_actor("another agent"))
        return edit_user(user, *args, **options)

    page = visit(agent, jane)
    monkeypatch.setattr(documents_form, "edit_user", too_late)
    page.browser.raise_request_exception = False

    answer = page.browser.post(user_path(jane), page.data(SAVE, app_metadata='{"plan": "pro"}'), follow=True)

    assert answer.status_code in (200, 404)


def test_the_documents_of_a_staff_member_are_edited_like_anybodys(visit, agent, supporter):
    visit(agent, supporter).press(SAVE, app_metadata='{"team": "blue"}')

    assert documents(supporter)[1] == {"team": "blue"}


def test_the_answer_to_a_save_leads_back_to_the_page(browser, agent, jane):
    page = open_page(browser(agent), user_path(jane))

    answer = page.browser.post(user_path(jane), page.data(SAVE, app_metadata='{"plan": "pro"}'))

    assert (answer.status_code, answer["Location"]) == (302, user_path(jane))
