"""The profile on a user's page: what this person touched is written, and nothing else."""

from __future__ import annotations

import pytest

from tests.admin.conftest import user_path
from tests.conftest import again
from tests.web.pages import open_page
from users.actions.account.edit_user import Edit, edit_user
from users.models import Change
from users.rights.actor import command_actor

SAVE = "Save profile"


def meanwhile(user, **profile):
    """Somebody else changes the profile."""
    return edit_user(user, Edit(profile=profile), actor=command_actor("another agent"))


def test_only_what_was_changed_is_written(visit, clerk, jane):
    page = visit(clerk, jane).press(SAVE, nickname="janie", family_name="Roe")

    assert "Saved family name and nickname." in page.text
    user = again(jane)
    assert (user.nickname, user.family_name, user.name, user.email) == (
        "janie",
        "Roe",
        "Jane Doe",
        jane.email,
    )
    change = Change.objects.filter(subject=jane.user_id).first()
    assert change.what == "profile"
    assert change.keys == {
        "nickname": {"before": None, "after": "janie"},
        "family_name": {"before": None, "after": "Roe"},
    }


def test_the_record_holds_the_reason(visit, clerk, jane):
    visit(clerk, jane).press(SAVE, name="J. Doe", reason="Ticket 4711")

    change = Change.objects.filter(subject=jane.user_id).first()
    assert (change.actor_kind, change.face, change.reason) == ("staff", "dashboard", "Ticket 4711")
    assert change.request_id


def test_an_emptied_field_is_cleared(visit, clerk, jane):
    visit(clerk, jane).press(SAVE, name="")

    assert again(jane).name is None


def test_saving_without_an_edit_writes_nothing(visit, row, clerk, jane):
    before = row(jane)

    page = visit(clerk, jane).press(SAVE)

    assert row(jane) == before
    assert "There was nothing to save." in page.text


def test_a_new_address_is_lower_case_and_unverified(visit, clerk, jane):
    meanwhile(jane, email_verified=True)

    visit(clerk, jane).press(SAVE, email="Jane.ROE@Example.com")

    user = again(jane)
    assert (user.email, user.email_verified) == ("jane.roe@example.com", False)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("email", "not an address"),
        ("email", "jane@localhost"),
        ("phone_number", "0123"),
        ("locale", "en_US"),
        ("zoneinfo", "Berlin"),
        ("picture", "javascript:alert(1)"),
        ("picture", "//example.com/x.png"),
        ("name", "x" * 301),
        ("given_name", "x" * 151),
        ("picture", "https://example.com/" + "x" * 2048),
    ],
)
def test_a_bad_value_is_refused_beside_its_field_and_kept(visit, row, clerk, jane, field, typed):
    before = row(jane)

    page = visit(clerk, jane).press(SAVE, **{field: typed, "nickname": "janie"})

    assert (page.status, row(jane)) == (422, before)
    assert f'id="id_{field}_error"' in page.html
    assert page.form(SAVE).fields[field] == [typed]
    assert page.form(SAVE).fields["nickname"] == ["janie"]


def test_fields_that_take_text_of_a_certain_form_have_an_example(browser, clerk, jane):
    page = open_page(browser(clerk), f"{user_path(jane)}?tab=profile")

    for field, example in (
        ("phone_number", "+4915112345678"),
        ("locale", "de-AT"),
        ("zoneinfo", "Europe/Berlin"),
    ):
        assert f'aria-describedby="id_{field}_helptext"' in page.html
        assert f'id="id_{field}_helptext">Such as {example}' in page.html


def test_a_refused_form_keeps_the_reason_too(visit, clerk, jane):
    page = visit(clerk, jane).press(SAVE, email="not an address", reason="Ticket 4711")

    assert page.form(SAVE).fields["reason"] == ["Ticket 4711"]


def test_a_reason_too_long_is_refused_not_dropped(visit, row, clerk, jane):
    before = row(jane)

    visit(clerk, jane).press(SAVE, name="J. Doe", reason="x" * 501)

    assert row(jane) == before


def test_an_address_in_use_is_refused_in_any_spelling(visit, row, clerk, jane, make_user):
    make_user("élodie")
    before = row(jane)

    page = visit(clerk, jane).press(SAVE, email="ÉLODIE@example.com")

    assert (page.status, row(jane)) == (422, before)
    assert "Another user of this connection already has it." in page.text


def test_a_field_that_somebody_else_changed_too_is_a_conflict_with_both_shown(visit, row, clerk, jane):
    opened = visit(clerk, jane).all_opened()
    meanwhile(jane, name="Theirs & <More>")
    before = row(jane)

    page = opened.press(SAVE, name="Mine", nickname="janie")

    assert (page.status, row(jane)) == (422, before)
    assert page.form(SAVE).fields["name"] == ["Mine"]
    assert "Another user has set this to Theirs & <More>" in page.text
    assert "<More>" not in page.html
    page.press(SAVE)
    assert (again(jane).name, again(jane).nickname) == ("Mine", "janie")


def test_after_a_conflict_the_others_next_change_is_noticed_as_well(visit, clerk, jane):
    opened = visit(clerk, jane).all_opened()
    meanwhile(jane, name="Theirs")
    refused = opened.press(SAVE, name="Mine")
    meanwhile(jane, name="Theirs again")

    page = refused.press(SAVE)

    assert page.status == 422
    assert again(jane).name == "Theirs again"


def test_a_field_cleared_by_somebody_else_is_a_conflict(visit, clerk, jane):
    opened = visit(clerk, jane).all_opened()
    meanwhile(jane, name=None)

    page = opened.press(SAVE, name="Mine")

    assert page.status == 422
    assert "Another user has set this to nothing" in page.text


def test_what_somebody_else_changed_elsewhere_stays(visit, clerk, jane):
    opened = visit(clerk, jane).all_opened()
    meanwhile(jane, name="Theirs", email="theirs@example.com")

    page = opened.press(SAVE, nickname="janie")

    user = again(jane)
    assert "Saved nickname." in page.text
    assert (user.name, user.email, user.nickname) == ("Theirs", "theirs@example.com", "janie")


def test_the_same_value_set_by_both_is_no_conflict(visit, clerk, jane):
    opened = visit(clerk, jane).all_opened()
    meanwhile(jane, name="J. Doe")

    page = opened.press(SAVE, name="J. Doe")

    assert page.status == 200


def test_who_slips_in_between_the_look_and_the_save_is_noticed(visit, clerk, jane, monkeypatch):
    from users.admin.user_detail import buttons

    page = visit(clerk, jane)

    def slowly(user, *args, **options):
        meanwhile(user, name="Theirs")
        return edit_user(user, *args, **options)

    monkeypatch.setattr(buttons, "edit_user", slowly)
    answer = page.press(SAVE, name="Mine")

    assert answer.status == 422
    assert "Another user saved at the same time." in answer.text
    assert again(jane).name == "Theirs"


@pytest.mark.parametrize(
    "forged",
    [
        {"user_id": "auth0|mine"},
        {"blocked": "on"},
        {"is_superuser": "on", "is_staff": "on"},
        {"email_verified": "on"},
        {"password": "a quite new password"},
        {"user_metadata": "{}", "app_metadata": "{}"},
        {"logins_count": "0", "last_ip": "192.0.2.1", "created_at": "2020-01-01"},
        {"groups": "1"},
        {"pk": "1", "id": "1", "version": "7"},
    ],
)
def test_fields_that_the_form_does_not_hold_are_not_even_read(visit, row, clerk, jane, forged):
    before = row(jane)

    visit(clerk, jane).press(SAVE, forged=forged)

    assert row(jane) == before


def test_without_the_right_nothing_is_written(visit, row, jane, supporter):
    page = visit(supporter, jane)
    before = row(jane)

    answer = page.browser.post(user_path(jane), {"do": "profile", "name": "Mine", "initial-name": "Jane Doe"})

    assert SAVE not in page.buttons
    assert (answer.status_code, row(jane)) == (403, before)
