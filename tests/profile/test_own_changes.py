"""What people read of the changes of their own account: plain words, and nothing of the staff."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.contrib.auth.models import Group

from tests.web.pages import open_page
from users.actions.account.assign_staff_groups import set_staff_groups
from users.actions.account.documents import Patch, Replace
from users.actions.account.edit_user import Edit, edit_user
from users.history.timeline import OWNER_VISIBLE
from users.profile.own_changes import ACTOR_LABELS, FACE_LABELS, SENTENCES
from users.rights.actor import Face, Kind, command_actor, owner_actor, staff_actor

PATH = "/profile/changes/"


@pytest.fixture
def record(jane, agent):
    kim = replace(staff_actor(agent), request_id="req-1", ip="192.0.2.7")
    for actor, keys in (
        (kim, {"app_metadata": Patch({"plan": "gold", "note": "theirs"})}),
        (kim, {"user_metadata": Patch({"hobby": "go", "newsletter": {"on": True}})}),
        (owner_actor(jane), {"user_metadata": Patch({"hobby": "chess", "newsletter": {"on": False}})}),
        (command_actor("importer"), {"user_metadata": Patch({"city": "Oslo"})}),
    ):
        edit_user(jane, Edit(documents=keys), actor=actor, reason="because-4711")
    return jane


def actors(text: str) -> set[tuple[str, str]]:
    """Who changed something, and through what: `Support, 3 May our support desk`."""
    return set(
        re.findall(r"(You|Support|Our systems) ?, \d+ \w+ ([a-z]+(?: [a-z]+)*?)(?= [A-Z]| ?$|  )", text)
    )


def test_it_tells_in_plain_words_who_changed_what(browser, record):
    for path in ("/profile/", PATH):
        text = open_page(browser(record), path).text
        assert "City Oslo added" in text
        assert "Hobby go → chess" in text
        assert "Newsletter › on yes → no" in text
        assert "Your account was created" in text
        assert text.count("Your preferences were changed") == 3
        assert actors(text) >= {
            ("Our systems", "maintenance"),
            ("You", "your own page"),
            ("Support", "our support desk"),
        }


def test_nothing_of_the_staff_nor_of_app_metadata_is_in_it(browser, record, agent):
    set_staff_groups(record, [], actor=command_actor("tests"))

    for path in ("/profile/", PATH, f"{PATH}?key=app_metadata.plan", f"{PATH}?key=user_metadata.hobby"):
        html = browser(record).get(path).content.decode()
        for secret in (str(agent), agent.user_id, "because-4711", "req-1", "192.0.2.7", "gold", "theirs"):
            assert secret not in html, (path, secret)
        assert "importer" not in html


def test_those_keys_that_a_setting_shows_are_told(browser, record, settings):
    settings.PROFILE_APP_METADATA_KEYS = ["plan"]

    page = open_page(browser(record), PATH)

    assert "Data we set for you was changed Plan full → gold Support," in page.text
    assert "Plan full → gold" in page.text
    assert "theirs" not in page.html
    narrowed = open_page(browser(record), f"{PATH}?key=app_metadata.plan")
    assert "Plan full → gold" in narrowed.text
    assert "Your preferences were changed" not in narrowed.text


def test_it_is_narrowed_by_who_changed_it_and_through_what(browser, record):
    for query, expected in {
        "by=You": {("You", "your own page")},
        "by=Support": {("Support", "our support desk")},
        "by=Our+systems": {("Our systems", "maintenance")},
        "face=profile": {("You", "your own page")},
        "by=Support&face=dashboard": {("Support", "our support desk")},
        "by=Support&face=profile": set(),
    }.items():
        text = open_page(browser(record), f"{PATH}?{query}").text
        assert actors(text) == expected, query


def test_one_change_has_an_address_of_its_own(browser, record, stranger, agent):
    long = {f"key{number:02}": "x" * 200 for number in range(20)}
    edit_user(record, Edit(documents={"user_metadata": Patch(long)}), actor=owner_actor(record))
    newest, hidden = record.changes.first(), record.changes.filter(what="app_metadata").get()
    set_staff_groups(record, Group.objects.filter(name="Support"), actor=command_actor("tests"))

    whole = open_page(browser(record), f"{PATH}{newest.pk}/")

    folded = open_page(browser(record), PATH).html
    assert f'href="{PATH}{newest.pk}/"' in folded
    assert (folded.count("<dt>Key"), whole.html.count("<dt>Key")) == (12, 20)
    assert "200 characters" in whole.text
    for number in (hidden.pk, record.changes.get(what="staff_rights").pk, stranger.changes.get().pk, 10**17):
        assert browser(record).get(f"{PATH}{number}/").status_code == 404, number
    assert browser(stranger).get(f"{PATH}{newest.pk}/").status_code == 404
    assert browser(agent).get(f"{PATH}{newest.pk}/").status_code == 404


def test_values_are_told_as_one_would_say_them(browser, jane):
    keys = {
        "place": {"city": "Oslo", "is_home": True},
        "tags": ["a", 2],
        "no": [],
        "gone": None,
        "zip": "0150",
    }
    edit_user(jane, Edit(documents={"user_metadata": Replace(keys, 1)}), actor=owner_actor(jane))

    text = open_page(browser(jane), PATH).text

    for words in (
        "Place City: Oslo; Is home: yes added",
        "Tags a, 2 added",
        "No none added",
        "Zip 0150 added",
    ):
        assert words in text


def test_there_are_words_for_everything_that_may_stand_there():
    assert {*ACTOR_LABELS} == {*Kind}
    assert {*FACE_LABELS} == {*Face}
    assert {*SENTENCES} == {*OWNER_VISIBLE}


def test_it_is_narrowed_by_key_and_day(browser, record):
    by_key = open_page(browser(record), f"{PATH}?key=user_metadata.city")
    assert "City Oslo added" in by_key.text
    assert "chess" not in by_key.text.partition("Show all")[2]
    for query in ("until=2020-01-01", "since=never", "key=password.x"):
        page = open_page(browser(record), f"{PATH}?{query}")
        assert page.status == 200
        assert "were changed by" not in page.text


def test_a_change_of_thousands_of_keys_is_not_told_whole(browser, record, jane):
    edit_user(
        jane,
        Edit(documents={"user_metadata": Patch({f"k{n}": n for n in range(3000)})}),
        actor=owner_actor(jane),
    )

    page = open_page(browser(jane), PATH)

    assert " more" in page.text
    assert page.html.count("<dt>") < 100


def test_a_new_password_is_told_and_what_it_is_not(browser, record):
    edit_user(record, Edit(password="Another-Secret-77"), actor=command_actor("tests"))
    record.refresh_from_db()

    text = open_page(browser(record), PATH).text

    assert "Your password was changed Our systems," in text


def test_others_and_visitors_see_nothing_of_it(browser, record, stranger):
    assert "chess" not in open_page(browser(stranger), PATH).html
    assert browser().get(PATH)["Location"] == f"/login/?next={PATH}"
    assert browser(record).post(PATH).status_code == 405
