"""One's own page: one's own user_metadata and nothing else, whatever is sent."""

from __future__ import annotations

import json

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.conftest import PASSWORD, again
from tests.web.pages import Page, open_page
from users.actions.account.block_user import block_user, unblock_user
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.models import Change, User
from users.rights.actor import command_actor

SAVE = "Save changes"
PATH = "/profile/"
MARK = "mark-that-only-staff-may-see"


def everything() -> tuple:
    """Every row of every account, their groups, and the record."""
    rows = list(User.objects.order_by("pk").values())
    return rows, list(User.groups.through.objects.values_list()), Change.objects.count()


def meanwhile(user, **documents):
    edit = Edit(documents={name: Patch(value) for name, value in documents.items()})
    edit_user(user, edit, actor=command_actor("another agent"))


@pytest.fixture
def at_home(browser):
    """Open one's own page: `at_home(jane).press("Save changes", ...)`."""

    def open_own(user: User) -> Page:
        return open_page(browser(user), PATH)

    return open_own


def test_jane_sees_herself(at_home, jane):
    page = at_home(jane)

    assert page.status == 200
    assert "Jane Doe" in page.text
    assert "jane.doe@example.com" in page.text
    assert json.loads(page.form(SAVE).fields["user_metadata"][0]) == {"hobby": "surfing"}


def test_jane_saves_her_own_document(at_home, jane):
    page = at_home(jane).press(SAVE, user_metadata='{"hobby": "chess", "theme": "dark"}')

    assert "Your preferences are saved." in page.text
    assert again(jane).user_metadata == {"hobby": "chess", "theme": "dark"}
    change = Change.objects.filter(subject=jane.user_id).first()
    assert (change.actor_kind, change.face, change.actor_id) == ("user", "profile", jane.user_id)
    assert change.request_id
    assert list(change.keys) == ["hobby", "theme"]


def test_only_that_document_and_its_versions_change(at_home, jane):
    page = at_home(jane)
    before = User.objects.filter(pk=jane.pk).values().get()

    page.press(SAVE, user_metadata='{"hobby": "chess"}')

    after = User.objects.filter(pk=jane.pk).values().get()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"user_metadata", "user_metadata_version", "version", "updated_at"}


def test_an_unchanged_text_writes_nothing(at_home, jane):
    page = at_home(jane)
    before = everything()

    answer = page.press(SAVE)

    assert "There was nothing to save." in answer.text
    assert everything() == before


def test_of_app_metadata_nothing_is_in_any_answer(at_home, make_user):
    documents = {"user_metadata": {"a": 1}, "app_metadata": {MARK: {MARK: [MARK]}, "plan": MARK}}
    jane = make_user("jane", password=PASSWORD, **documents)
    page = at_home(jane)
    meanwhile(jane, user_metadata={"b": 2}, app_metadata={"c": MARK})

    answers = [
        page,
        page.press(SAVE, user_metadata="{"),
        page.press(SAVE, user_metadata='{"mine": 1}'),
        page.press(SAVE, forged={"app_metadata": "{", "app_metadata_version": "1"}),
        open_page(page.browser, "/password/change/"),
    ]

    assert [answer.status for answer in answers] == [200, 422, 422, 200, 200]
    for answer in answers:
        assert MARK not in answer.html
        assert "app_metadata" not in answer.html
        assert "Set for you" not in answer.html


def test_a_setting_names_the_keys_that_people_see(at_home, make_user, settings):
    settings.PROFILE_APP_METADATA_KEYS = ("plan", "limits", "not there")
    jane = make_user("jane", app_metadata={"plan": "full", "limits": {"seats": 5}, "secret": MARK})

    page = at_home(jane)

    assert "plan full" in page.text
    assert '"seats": 5' in page.text
    assert MARK not in page.html
    assert "app_metadata" not in page.html
    assert "limits" not in {name for form in page.forms for name in form.fields}


def test_keys_named_as_methods_of_python_are_shown(at_home, make_user, settings, tmp_path):
    schema = tmp_path / "schema.json"
    schema.write_text('{"properties": {"hobby": {"type": "string"}}}')
    settings.USER_METADATA_SCHEMA = str(schema)
    settings.PROFILE_APP_METADATA_KEYS = ("items", "keys")
    named = {"items": ["lamp"], "keys": True}
    jane = make_user("jane", user_metadata=named, app_metadata=named)

    page = at_home(jane)

    assert page.status == 200
    # Each document shows them once, in the order in which the database keeps keys.
    assert page.text.count('items [ "lamp" ]') == page.text.count("keys true") == 2


def test_a_key_that_people_see_is_theirs_alone_and_not_to_be_written(at_home, jane, settings):
    settings.PROFILE_APP_METADATA_KEYS = ("plan",)
    page = at_home(jane)
    before = everything()

    page.press(SAVE, forged={"plan": "free", "app_metadata": '{"plan": "free"}', "app_metadata_version": "1"})

    assert everything() == before


FORGED = {
    "app_metadata": {
        "app_metadata": '{"plan": "free"}',
        "app_metadata_version": "1",
        "app_metadata_opened": "",
    },
    "app_metadata alone": {"app_metadata": "{}"},
    "blocked": {"blocked": ""},
    "unblocked": {"blocked": "false"},
    "is_staff": {"is_staff": "on", "is_superuser": "on", "staff": "true"},
    "groups": {"groups": [str(number) for number in range(1, 20)], "user_permissions": ["1", "2"]},
    "email": {"email": "mine@example.com", "initial-email": "jane.doe@example.com", "email_verified": "on"},
    "names": {"name": "J", "nickname": "J", "given_name": "J", "picture": "https://example.com/j.png"},
    "password": {"password": "a quite new password", "password1": "a quite new password"},
    "counters": {"logins_count": "0", "last_ip": "192.0.2.1", "created_at": "2020-01-01", "version": "9"},
    "session": {"session_epoch": "0", "tokens_valid_from": ""},
    "block button": {"do": "block"},
    "staff button": {"do": "staff_rights", "groups": "3"},
    "delete": {"do": "delete", "confirmation": "jane.doe@example.com"},
    "action": {"action": "delete_selected", "_selected_action": "1"},
    "method": {"_method": "DELETE"},
    "connection": {"connection": "1", "connection_id": "2", "identities": "[]"},
    "reason": {"reason": "because"},
}


@pytest.mark.parametrize("name", FORGED)
def test_whatever_else_is_sent_changes_nothing(at_home, jane, stranger, name):
    page = at_home(jane)
    before = everything()

    page.press(SAVE, forged=FORGED[name])

    assert everything() == before


@pytest.mark.parametrize("name", FORGED)
def test_sent_along_with_a_real_change_it_changes_nothing_more(at_home, jane, stranger, name):
    page = at_home(jane)
    before = User.objects.filter(pk=jane.pk).values().get()

    page.press(SAVE, user_metadata='{"hobby": "chess"}', forged=FORGED[name])

    after = User.objects.filter(pk=jane.pk).values().get()
    changed = {column for column in before if before[column] != after[column]}
    assert changed == {"user_metadata", "user_metadata_version", "version", "updated_at"}
    assert list(again(jane).groups.all()) == []
    assert again(stranger).user_metadata is None


@pytest.mark.parametrize("field", ["user_id", "id", "pk", "user", "sub", "user_pk", "object_id", "owner"])
@pytest.mark.parametrize("place", ["form", "address", "header"])
def test_the_id_of_somebody_else_is_not_even_read(browser, jane, stranger, field, place):
    member = browser(jane)
    page = open_page(member, PATH)
    data = page.data(SAVE, user_metadata='{"hobby": "chess"}')
    stored = User.objects.filter(pk=stranger.pk).values().get()

    for value in (stranger.user_id, str(stranger.pk), stranger.email):
        path, headers = PATH, {}
        if place == "form":
            data[field] = value
        elif place == "address":
            path = f"{PATH}?{field}={value}"
        else:
            headers = {f"X-{field}": value}
        assert "stranger" not in member.get(path, headers=headers).content.decode().replace(value, "")
        member.post(path, data, headers=headers)

    assert User.objects.filter(pk=stranger.pk).values().get() == stored
    assert again(jane).user_metadata == {"hobby": "chess"}


@pytest.mark.parametrize("rest", ["1", "1/", "auth0|abc/", "stranger@example.com/", "me/", "../profile/1/"])
def test_the_page_takes_no_id(browser, jane, rest):
    assert browser(jane).get(PATH + rest, follow=True).status_code == 404


def test_what_is_inside_the_document_gives_no_rights(at_home, browser, jane):
    at_home(jane).press(
        SAVE,
        user_metadata='{"is_staff": true, "is_superuser": true, "blocked": false, "roles": ["admin"],'
        ' "app_metadata": {"plan": "free"}, "user_id": "auth0|x", "__proto__": {"is_staff": true}}',
    )

    user = again(jane)
    assert (user.is_staff, user.is_superuser, user.blocked, user.app_metadata) == (
        False,
        False,
        None,
        {"plan": "full"},
    )
    assert browser(user).get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ('{"hobby": }', "line 1, column 11"),
        ("[]", "must be an object, not array"),
        ('{"a": {"b.c": 1}}', "A › B.c: a field name must not contain a dot"),
        ('{"a": 1, "a": 2}', "is given twice"),
        ("", "the text is empty"),
        ('{"name": "\x00"}', "line 1"),
    ],
)
def test_a_bad_document_is_refused_in_words_and_kept_as_typed(at_home, jane, typed, where):
    page = at_home(jane)
    before = everything()

    answer = page.press(SAVE, user_metadata=typed)

    assert (answer.status, everything()) == (422, before)
    assert where in answer.text
    assert answer.form(SAVE).fields["user_metadata"] == [typed]


def test_a_change_by_somebody_else_is_a_conflict_with_both_texts(at_home, jane):
    opened = at_home(jane)
    meanwhile(jane, user_metadata={"theme": "dark"})
    before = everything()

    page = opened.press(SAVE, user_metadata='{"hobby":  "chess"}')

    assert (page.status, everything()) == (422, before)
    assert "Not saved: your preferences have changed" in page.text
    assert '"theme": "dark"' in page.text.partition("What is saved now")[2]
    assert page.form(SAVE).fields["user_metadata"] == ['{\n  "hobby": "chess",\n  "theme": "dark"\n}']
    page.press(SAVE)
    assert again(jane).user_metadata == {"hobby": "chess", "theme": "dark"}


def test_a_change_of_app_metadata_by_staff_is_no_conflict_for_her(at_home, jane):
    opened = at_home(jane)
    meanwhile(jane, app_metadata={"seats": 3})

    page = opened.press(SAVE, user_metadata='{"hobby": "chess"}')

    assert page.status == 200
    assert again(jane).app_metadata == {"plan": "full", "seats": 3}


def test_an_untouched_old_page_writes_nothing(at_home, jane):
    opened = at_home(jane)
    meanwhile(jane, user_metadata={"theme": "dark"})
    before = everything()

    opened.press(SAVE)

    assert everything() == before


@pytest.mark.parametrize("who", ["supporter", "agent", "administrator"])
def test_staff_use_it_too_and_act_as_owners_there(at_home, request, who):
    member = request.getfixturevalue(who)
    page = at_home(member)
    assert "Dashboard" in page.text

    page.press(SAVE, user_metadata='{"desk": 4}')

    assert again(member).user_metadata == {"desk": 4}
    change = Change.objects.filter(subject=member.user_id).first()
    assert (change.actor_kind, change.face) == ("user", "profile")


def test_an_administrator_does_not_see_their_own_app_metadata_here(at_home, administrator):
    meanwhile(administrator, app_metadata={MARK: MARK})

    assert MARK not in at_home(administrator).html


def test_an_administrator_does_not_write_their_own_app_metadata_here(at_home, administrator):
    page = at_home(administrator)
    before = everything()

    page.press(SAVE, forged=FORGED["app_metadata"])

    assert everything() == before


@pytest.mark.parametrize(("method", "data"), [("get", {}), ("post", {"user_metadata": "{}"})])
def test_a_visitor_is_led_to_the_sign_in(browser, jane, method, data):
    before = everything()

    answer = getattr(browser(), method)(PATH, data)

    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/profile/")
    assert everything() == before


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_not_offered(browser, jane, method):
    assert getattr(browser(jane), method)(PATH).status_code == 405


def test_a_blocked_person_is_out_at_once_and_saves_nothing(at_home, jane):
    page = at_home(jane)
    block_user(jane, actor=command_actor("tests"))
    before = everything()

    answer = page.browser.post(PATH, page.data(SAVE, user_metadata="{}"))

    assert answer["Location"] == "/login/?next=/profile/"
    assert everything() == before
    unblock_user(jane, actor=command_actor("tests"))
    assert page.browser.get(PATH).status_code == 302


def test_a_deleted_person_is_out_at_once(at_home, jane):
    page = at_home(jane)
    delete_user(jane, actor=command_actor("tests"))

    assert page.browser.get(PATH).status_code == 302


def test_a_person_deleted_in_the_very_moment_of_saving_meets_no_error(at_home, jane, monkeypatch):
    from users.web import documents_form

    def too_late(user, *args, **options):
        delete_user(user, actor=command_actor("another agent"))
        return edit_user(user, *args, **options)

    page = at_home(jane)
    monkeypatch.setattr(documents_form, "edit_user", too_late)
    page.browser.raise_request_exception = False

    answer = page.browser.post(PATH, page.data(SAVE, user_metadata='{"a": 1}'))

    assert answer.status_code < 500


def test_a_form_from_another_site_saves_nothing(jane):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(jane)
    before = everything()

    answer = strict.post(PATH, {"user_metadata": "{}", "user_metadata_version": "1"})

    assert (answer.status_code, everything()) == (403, before)


def test_the_page_is_kept_in_no_cache(browser, jane):
    assert "no-store" in browser(jane).get(PATH)["Cache-Control"]


def test_no_secret_is_in_the_page(at_home, jane):
    assert jane.password not in at_home(jane).html


def test_names_that_are_missing_fall_back_to_the_address(at_home, make_user):
    assert "nameless@example.com" in at_home(make_user("nameless")).text


def queries(member: Client) -> int:
    with CaptureQueriesContext(database) as captured:
        assert member.get(PATH).status_code == 200
    return len(captured)


@pytest.mark.parametrize(("who", "expected"), [("jane", 8), ("agent", 8), ("administrator", 8)])
def test_what_the_page_asks_of_the_database(browser, request, who, expected):
    assert queries(browser(request.getfixturevalue(who))) == expected


def test_neither_other_people_nor_a_long_history_cost_more(browser, jane, make_user):
    few = queries(browser(jane))

    for _ in range(10):
        make_user(user_metadata={"a": 1})
    for number in range(30):
        meanwhile(jane, user_metadata={f"key{number}": number})

    assert queries(browser(jane)) == few


def test_saving_costs_the_same_whatever_else_there_is(browser, jane):
    def save(text: str) -> int:
        page = open_page(browser(jane), PATH)
        with CaptureQueriesContext(database) as captured:
            page.browser.post(PATH, page.data(SAVE, user_metadata=text))
        return len(captured)

    first = save('{"a": 1}')
    for number in range(20):
        meanwhile(jane, user_metadata={f"key{number}": number})

    assert save('{"b": 1}') == first


def test_an_unknown_time_zone_is_refused_in_words_with_the_fields_title(at_home, jane, settings, tmp_path):
    schema = tmp_path / "schema.json"
    zone = {"type": "string", "format": "time-zone", "title": "Time zone"}
    schema.write_text(json.dumps({"properties": {"tz": zone, "hobby": {"type": "string"}}}))
    settings.USER_METADATA_SCHEMA = str(schema)

    page = at_home(jane).press(SAVE, user_metadata='{"hobby": "surfing", "tz": "Berlin"}')

    assert page.status == 422
    assert "Time zone must be a time zone of the IANA database; the closest is Europe/Berlin." in page.text
    assert "user_metadata" not in page.text
    assert "tz" not in again(jane).user_metadata


def test_the_document_is_called_preferences(at_home, jane):
    assert "User metadata" not in at_home(jane).html


def test_ways_to_sign_in_with_what_can_be_changed(at_home, jane, make_user):
    page = at_home(jane)

    assert "Email jane.doe@example.com · Unverified" in page.text
    assert "Password Not changed yet Change" in page.text
    assert "Two-step sign-in Off Set up" in page.text
    assert "Password" not in at_home(make_user("nameless")).text
