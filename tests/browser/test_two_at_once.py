"""Two at the desk edit one user: the second gets a message, and nothing of either is lost."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.document import save, write, written

pytestmark = pytest.mark.browser


def test_the_second_to_save_sees_both_texts_and_decides(desk, api, jane):
    path = f"/admin/users/user/{jane['user_id']}/change/"
    first, second = desk.signed_in("agent"), desk.signed_in("admin")
    first.goto(path)
    second.goto(path)
    write(first, "App metadata", '{"plan": "full", "seats": 5}')
    save(first)
    expect(first.get_by_text(re.compile("^Saved"))).to_be_visible()

    mine = '{"plan":   "pro"}'
    write(second, "App metadata", mine)
    write(second, "User metadata", '{"hobby": "chess"}')
    save(second)

    expect(second.get_by_text("Another user changed this while you were editing.")).to_be_visible()
    assert json.loads(written(second, "App metadata")) == {"plan": "pro", "seats": 5}
    expect(second.get_by_label("What you typed")).to_contain_text(mine)
    assert written(second, "User metadata") == '{"hobby": "chess"}'
    expect(second.get_by_label("What is saved now")).to_contain_text('"seats": 5')
    stored = api.by_email(jane["email"])
    assert (stored["app_metadata"], stored["user_metadata"]) == (
        {"plan": "full", "seats": 5},
        {"hobby": "surfing"},
    )
    save(second)
    expect(second.get_by_text(re.compile("^Saved"))).to_be_visible()
    stored = api.by_email(jane["email"])
    assert (stored["app_metadata"], stored["user_metadata"]) == (
        {"plan": "pro", "seats": 5},
        {"hobby": "chess"},
    )


def test_jane_and_an_agent_do_not_stand_in_each_others_way(desk, api, jane):
    at_desk, at_home = desk.signed_in("agent"), desk.visitor()
    at_desk.goto(f"/admin/users/user/{jane['user_id']}/change/")
    at_home.goto("/profile/")
    desk.sign_in(at_home, "user")  # tests before this one may have ended her sessions
    expect(at_home.get_by_role("heading", name="Preferences")).to_be_visible()

    write(at_home, "User metadata", '{"hobby": "chess"}')
    save(at_home)
    expect(at_home.get_by_text("Your preferences are saved.")).to_be_visible()
    write(at_desk, "App metadata", '{"plan": "pro"}')
    save(at_desk)
    expect(at_desk.get_by_text(re.compile("^Saved"))).to_be_visible()

    stored = api.by_email(jane["email"])
    assert (stored["app_metadata"], stored["user_metadata"]) == ({"plan": "pro"}, {"hobby": "chess"})


@pytest.mark.parametrize(
    "document",
    [
        {"text": 'Zoë 👩‍👩‍👧 \u00a0 \\ " </textarea><b>', "lines": "a\nb\tc"},
        {"big": 2**70, "float": 1.0, "one": 1, "yes": True, "small": 1e-7},
        {"__proto__": {"constructor": 1}, "a§b": [], "deep": {"a": [[[{"b": []}]]]}},
        {"  ": "  ", "\n": "\r\n", "\u2028": "\u2029"},
    ],
    ids=["text", "numbers", "names", "spaces"],
)
def test_opening_and_saving_in_a_real_browser_changes_nothing(desk, api, jane, document):
    api.set(jane["user_id"], app_metadata={"plan": None, **document})
    before = api.by_email(jane["email"])
    page = desk.signed_in("agent")
    page.goto(f"/admin/users/user/{jane['user_id']}/change/")

    page.get_by_label("Reason for the change").fill("Just looking")
    save(page)

    expect(page.get_by_text("There was nothing to save.")).to_be_visible()
    assert api.by_email(jane["email"]) == before


def test_saving_one_box_leaves_the_other_as_it_was_to_the_letter(desk, api, jane):
    api.set(jane["user_id"], app_metadata={"big": 2**70, "float": 1.0, "lines": "a\r\nb"})
    before = api.by_email(jane["email"])
    page = desk.signed_in("agent")
    page.goto(f"/admin/users/user/{jane['user_id']}/change/")

    write(page, "User metadata", "{}")
    save(page)
    expect(page.get_by_text(re.compile("^Saved"))).to_be_visible()

    after = api.by_email(jane["email"])
    assert repr(after["app_metadata"]) == repr(before["app_metadata"])
    assert after.get("user_metadata", {}) == {}


@pytest.mark.parametrize(
    ("who", "path"),
    [
        pytest.param("agent", "/admin/users/user/{jane}/change/", id="on the page of a user"),
        pytest.param("user", "/profile/", id="on her own page"),
    ],
)
def test_the_choice_has_the_focus_shows_theirs_and_leads_to_the_field(desk, api, jane, who, path):
    page = desk.visitor()
    desk.sign_in(page, who)  # tests before this one may have ended her sessions
    page.goto(path.format(jane=jane["user_id"]))
    zone = page.get_by_label("Time zone", exact=True)
    zone.fill("Europe/Oslo")
    api.set(jane["user_id"], user_metadata={"timezone": "Europe/Paris"})
    page.get_by_role("button", name="Save 1 change").click()

    choice = page.locator("[data-conflict]")
    expect(choice).to_be_focused()
    expect(choice).to_be_in_viewport(ratio=1)
    expect(zone).to_have_value("Europe/Oslo")
    choice.get_by_label("Theirs Europe/Paris").check()
    expect(zone).to_have_value("Europe/Paris")
    choice.get_by_label("Mine Europe/Oslo").check()
    expect(zone).to_have_value("Europe/Oslo")
    choice.get_by_label("Theirs Europe/Paris").check()
    choice.get_by_role("link", name=re.compile("time ?zone", re.IGNORECASE)).click()
    expect(zone).to_be_focused()

    save(page)
    expect(page.get_by_text("There was nothing to save.")).to_be_visible()
    assert api.by_email(jane["email"])["user_metadata"] == {"hobby": "surfing", "timezone": "Europe/Paris"}
