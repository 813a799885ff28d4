"""Taking changes back from the dashboard: shown first, asked again where it would overwrite."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.admin.conftest import user_path
from tests.conftest import again
from tests.web.pages import open_page
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.models import Change
from users.rights.actor import command_actor

SHELL = command_actor("tests")
UNDO, PUT_BACK = "Undo", "Restore"


def write(user, document="app_metadata", **keys) -> Change:
    edit_user(user, Edit(documents={document: Patch(keys)}), actor=SHELL)
    return Change.objects.first()


def path(change: Change, action: str = "") -> str:
    return f"/admin/changes/{change.pk}/{action}"


@pytest.fixture
def desk(browser):
    return lambda member, address: open_page(browser(member), address)


def offered(page) -> set[str]:
    return set(re.findall(r'href="[^"]*/((?:undo|restore)/[^"]*)"', page.html))


def test_a_change_is_taken_back_from_the_activity_of_the_user(desk, agent, jane):
    change = write(jane, plan="free", seats=3)
    activity = desk(agent, f"{user_path(jane)}?tab=activity")
    assert f'href="{path(change, "undo/")}"' in activity.html

    page = desk(agent, path(change, "undo/"))
    assert "plan free → full" in page.text
    assert "seats 3 removed" in page.text
    done = page.press(UNDO, reason="Ticket 4712")

    line = Change.objects.first()
    assert again(jane).app_metadata == {"plan": "full"}
    assert (line.actor_id, line.face, line.reason) == (agent.user_id, "dashboard", "Ticket 4712")
    assert line.undoes == change.pk
    assert "Undone." in done.text
    assert "Ticket 4712" in done.text
    assert f"Undoes change {change.pk}" in desk(agent, path(line)).text


def test_what_has_changed_since_is_shown_with_both_values_and_asked_about(desk, agent, jane):
    change = write(jane, plan="free")
    write(jane, plan="gold")

    page = desk(agent, path(change, "undo/"))
    assert "Now gold After the change free After undo full" in page.text
    refused = page.press(UNDO, reason="so it be")

    assert (refused.status, again(jane).app_metadata) == (422, {"plan": "gold"})
    assert "It was changed again since." in refused.text
    assert refused.form(UNDO).fields["reason"] == ["so it be"]
    refused.press(UNDO, force="yes")
    assert again(jane).app_metadata == {"plan": "full"}


def test_what_is_changed_while_one_looks_is_not_overwritten(desk, agent, jane):
    change = write(jane, plan="free")
    page = desk(agent, path(change, "undo/"))
    write(jane, plan="gold")

    refused = page.press(UNDO, forged={"force": "yes"})

    assert (refused.status, again(jane).app_metadata) == (422, {"plan": "gold"})
    assert "This user was changed in the meantime." in refused.text
    assert "Now gold" in refused.text


def test_one_key_or_the_whole_document_goes_back_to_a_moment(desk, agent, jane):
    change = write(jane, plan="free", **{"a b&c": 1})
    write(jane, plan="gold", **{"a b&c": 2}, later=True)
    page = desk(agent, path(change))
    assert {"undo/", "restore/app_metadata/", "restore/app_metadata/?key=plan"} <= offered(page)

    odd = desk(agent, path(change, "restore/app_metadata/?key=a%20b%26c"))
    odd.press(PUT_BACK)
    assert again(jane).app_metadata == {"plan": "gold", "a b&c": 1, "later": True}

    page = desk(agent, path(change, "restore/app_metadata/"))
    assert "later true removed" in page.text
    page.press(PUT_BACK, reason="as it was")
    assert again(jane).app_metadata == {"plan": "free", "a b&c": 1}
    assert Change.objects.first().restores == change.at


def test_from_its_creation_each_part_that_differs_can_be_restored(desk, agent, administrator, jane):
    created = Change.objects.get(what="created", subject=jane.user_id)
    assert offered(desk(agent, path(created))) == set()
    write(jane, plan="gold")
    edit_user(jane, Edit(profile={"name": "Other"}), actor=SHELL)

    assert offered(desk(agent, path(created))) == {"restore/app_metadata/", "restore/profile/"}
    page = desk(administrator, path(created))
    assert offered(page) == {"restore/app_metadata/", "restore/profile/"}
    desk(administrator, path(created, "restore/profile/")).press(PUT_BACK)
    assert again(jane).name == "Jane Doe"


def test_it_is_offered_and_done_only_with_the_right_to_write_what_it_touches(desk, supporter, row, jane):
    change = write(jane, plan="free")
    hobby = write(jane, "user_metadata", hobby="go")
    before = row(jane)

    activity = desk(supporter, f"{user_path(jane)}?tab=activity")
    assert offered(activity) == {"undo/"}
    assert f'href="{path(hobby, "undo/")}"' in activity.html
    assert offered(desk(supporter, path(change))) == set()
    for action in ("undo/", "restore/app_metadata/", "restore/app_metadata/?key=plan"):
        browser = desk(supporter, path(hobby)).browser
        assert browser.get(path(change, action)).status_code == 403
        assert browser.post(path(change, action), {"version": "2", "force": "yes"}).status_code == 403
    assert row(jane) == before


def test_a_protected_account_is_taken_back_by_nobody_below(desk, make_user, agent, supporter):
    edit_user(supporter, Edit(profile={"blocked": True}), actor=SHELL)
    change = Change.objects.first()

    assert offered(desk(agent, path(change))) == set()
    assert desk(agent, path(change, "undo/")).status == 403


def test_where_all_is_so_already_there_is_no_button(desk, agent, jane):
    change = write(jane, plan="free")
    write(jane, plan="full")

    page = desk(agent, path(change, "undo/"))

    assert "Nothing to do" in page.text
    assert UNDO not in page.buttons
    assert "undo/" not in offered(desk(agent, path(change)))


def test_what_cannot_be_undone_says_why(desk, agent, jane):
    created = Change.objects.get(what="created", subject=jane.user_id)

    assert "The creation of a user cannot be undone" in desk(agent, path(created)).text
    assert desk(agent, path(created, "undo/")).status == 404
    delete_user(jane, actor=SHELL)
    assert offered(desk(agent, path(created))) == set()
    assert desk(agent, path(created, "restore/profile/")).status == 404


@pytest.mark.parametrize("part", ["password", "nonsense", "created"])
def test_no_other_part_is_restored(desk, agent, jane, part):
    assert desk(agent, path(write(jane, plan="free"), f"restore/{part}/")).status == 404


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "²"])
def test_without_the_version_that_was_seen_nothing_is_done(desk, agent, row, jane, version):
    page = desk(agent, path(write(jane, plan="free"), "undo/"))
    before = row(jane)

    answer = page.browser.post(page.path, {"version": version, "force": "yes"})

    assert (answer.status_code, row(jane)) == (422, before)


def test_a_schema_that_has_become_stricter_is_kept(desk, agent, jane, settings, tmp_path):
    change = write(jane, plan="free")
    schema = tmp_path / "schema.json"
    schema.write_text('{"properties": {"plan": {"enum": ["free", "gold"]}}}')
    settings.APP_METADATA_SCHEMA = str(schema)

    refused = desk(agent, path(change, "undo/")).press(UNDO)

    assert (refused.status, again(jane).app_metadata) == (422, {"plan": "free"})
    assert "plan" in refused.text.partition("Undo this change?")[2].partition("What was changed")[0]


def test_a_forged_one_is_refused(agent, jane):
    change = write(jane, plan="free")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(agent)

    assert browser.post(path(change, "undo/"), {"version": "2"}).status_code == 403
    assert again(jane).app_metadata == {"plan": "free"}
