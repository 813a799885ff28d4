"""Editing one metadata value from the list."""

from __future__ import annotations

import html
import json
import re

import pytest

from tests.admin.conftest import LIST
from tests.conftest import again
from tests.web.pages import Page
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.models import Change
from users.rights.actor import command_actor

PLAN = "app_metadata.plan"


@pytest.fixture
def cell(browser):
    """The form of a value: `cell(agent, jane, "app_metadata.plan")`."""

    def open_as(member, user, column: str, **parameters) -> Page:
        answer = browser(member).get(f"{LIST}{user.pk}/cell/", {"column": column, **parameters})
        path = f"{answer.request['PATH_INFO']}?{answer.request['QUERY_STRING']}"
        return Page(answer.client, answer, path)

    return open_as


def test_a_value_is_changed_and_the_list_is_where_it_was(cell, agent, jane):
    page = cell(agent, jane, PLAN, list="q=jane&sort=email:1")

    saved = page.press("Save", value="pro", reason="Upgrade")

    assert again(jane).app_metadata == {"plan": "pro"}
    line = Change.objects.latest("pk")
    assert (line.reason, line.actor_id) == ("Upgrade", agent.user_id)
    assert saved.path == f"{LIST}?q=jane&sort=email%3A1"
    assert "Saved app_metadata.plan" in saved.text
    saved.press("Undo")
    assert again(jane).app_metadata == {"plan": "full"}


@pytest.mark.parametrize(
    ("before", "typed", "kind", "after"),
    [
        ("full", "", "text", {}),
        ("full", "5", "text", {"plan": "5"}),
        ("full", "5", "number", {"plan": 5}),
        (5, "5.5", "number", {"plan": 5.5}),
        ("full", "null", "json", {"plan": None}),
        ("full", '["a", {"b": 1}]', "json", {"plan": ["a", {"b": 1}]}),
        ("full", " padded ", "text", {"plan": " padded "}),
    ],
)
def test_text_numbers_and_json(cell, agent, make_user, before, typed, kind, after):
    user = make_user(app_metadata={"plan": before})

    cell(agent, user, PLAN).press("Save", value=typed, kind=kind)

    assert again(user).app_metadata == after


@pytest.mark.parametrize("stored", ["two\nlines", "", 1.0, 10**30, None, [1], {"a": 1}, "null", " x", True])
def test_saving_untouched_changes_nothing(cell, agent, make_user, stored):
    user = make_user(app_metadata={"plan": {"inner": stored}})

    cell(agent, user, "app_metadata.plan.inner").press("Save")

    assert again(user).version == user.version


@pytest.mark.parametrize(
    ("typed", "kind", "says"),
    [("abc", "number", "number"), ("true", "number", "number"), ("{", "json", "Not saved")],
)
def test_what_is_no_value_is_refused_with_what_was_typed(cell, agent, jane, typed, kind, says):
    page = cell(agent, jane, PLAN).press("Save", value=typed, kind=kind)

    assert page.status == 422
    assert says in page.text
    assert html.escape(f'value="{typed}"', quote=False) in page.html
    assert again(jane).app_metadata == {"plan": "full"}


def test_a_value_that_changed_meanwhile_is_shown_and_a_second_save_overwrites(cell, agent, jane):
    page = cell(agent, jane, PLAN)
    edit_user(jane, Edit(documents={"app_metadata": Patch({"plan": "theirs"})}), actor=command_actor("t"))

    refused = page.press("Save", value="mine")
    assert "Another user has set this to" in refused.text
    assert "theirs" in refused.text
    assert again(jane).app_metadata == {"plan": "theirs"}

    refused.press("Save", value="mine")
    assert again(jane).app_metadata == {"plan": "mine"}


@pytest.fixture
def plans(settings, tmp_path):
    path = tmp_path / "schema.json"
    options = [{"const": "free", "title": "Free"}, {"const": "full", "title": "Full"}]
    path.write_text(json.dumps({"properties": {"plan": {"oneOf": options}, "vip": {"type": "boolean"}}}))
    settings.APP_METADATA_SCHEMA = str(path)


def test_the_choices_of_the_schema_are_offered(plans, cell, agent, jane):
    page = cell(agent, jane, PLAN)

    assert re.findall(r'<option value="([^"]*)"', page.html) == ["", "&quot;free&quot;", "&quot;full&quot;"]
    page.press("Save", value='"free"')
    assert again(jane).app_metadata == {"plan": "free"}


def test_what_the_schema_refuses_is_not_saved(plans, cell, agent, jane):
    page = cell(agent, jane, PLAN).press("Save", value='"gold"')

    assert page.status == 422
    assert again(jane).app_metadata == {"plan": "full"}


def test_the_list_shows_choices_by_their_names(plans, listing, agent, jane):
    page = listing(agent, column=PLAN, q="jane")

    assert '<i class="dot warn"></i>Full' in page.html


@pytest.mark.parametrize(
    ("who", "column", "status"),
    [
        ("agent", PLAN, 200),
        ("supporter", PLAN, 403),
        ("supporter", "user_metadata.hobby", 200),
        ("agent", "logins_count", 404),
        ("agent", "app_metadata", 404),
        ("agent", "app_metadata.a\0b", 200),
        ("agent", "", 404),
    ],
)
def test_who_may_change_a_cell(browser, request, jane, who, column, status):
    member = browser(request.getfixturevalue(who))
    path = f"{LIST}{jane.pk}/cell/"

    assert member.get(path, {"column": column}).status_code == status
    if status == 403:
        body = {"value": "x", "kind": "text", "opened": '"full"', "reason": ""}
        assert member.post(f"{path}?column={column}", body).status_code == 403
        assert again(jane).app_metadata == {"plan": "full"}


def test_the_value_of_a_document_one_may_not_see_is_not_shown(browser, staff_with, jane):
    member = browser(staff_with("view_user", "change_app_metadata"))

    answer = member.get(f"{LIST}{jane.pk}/cell/", {"column": PLAN})

    assert answer.status_code == 403
    assert "full" not in answer.content.decode()


@pytest.mark.parametrize("forged", ["//evil.example/", "https://evil.example", "next=//evil", "q=%00"])
def test_one_comes_back_to_the_list_and_nowhere_else(cell, agent, jane, forged):
    saved = cell(agent, jane, PLAN, list=forged).press("Save", value="x")

    assert saved.path.startswith(f"{LIST}?")


def test_the_list_links_cells_that_one_may_change(listing, agent, supporter, jane):
    link = f'href="{jane.pk}/cell/?column=app_metadata.plan&amp;list='

    assert link in listing(agent, column=PLAN).html
    assert link not in listing(supporter, column=PLAN).html
