"""The entries of the command palette: only what the staff member may open and do."""

from __future__ import annotations

from tests.admin.conftest import user_path
from users.actions.account.block_user import block_user
from users.actions.search_setup.segments import SegmentData, create_segment
from users.rights.actor import command_actor, staff_actor

PALETTE = "/admin/palette/"


def entries(browser, member, **parameters):
    """By the label of the group, the labels of its entries and what they do."""
    answer = browser(member).get(PALETTE, parameters)
    assert answer.status_code == 200, answer.content
    return {
        group["label"]: {one["label"]: one.get("do", one["url"]) for one in group["entries"]}
        for group in answer.json()["groups"]
    }


def test_actions_on_the_open_user_are_those_that_the_staff_member_may_do(browser, agent, supporter, jane):
    of_agent = entries(browser, agent, user=jane.pk)[jane.email]
    of_supporter = entries(browser, supporter, user=jane.pk)[jane.email]

    assert of_agent["Block"] == "block"
    assert of_agent["Send password reset"] == "send_reset"
    assert of_agent["Activity"] == f"{user_path(jane)}?tab=activity"
    assert "Block" not in of_supporter
    assert "Delete this user…" not in of_agent


def test_they_follow_the_state_of_the_user(browser, agent, jane):
    block_user(jane, actor=command_actor("tests"))

    of_agent = entries(browser, agent, user=jane.pk)[jane.email]

    assert "Block" not in of_agent
    assert of_agent["Unblock"] == "unblock"


def test_deleting_leads_to_the_page_that_asks(browser, administrator, jane):
    of_jane = entries(browser, administrator, user=jane.pk)[jane.email]

    assert of_jane["Delete this user…"] == f"/admin/users/user/{jane.pk}/delete/"


def test_protected_users_have_no_actions_for_an_agent(browser, agent, administrator):
    of_administrator = entries(browser, agent, user=administrator.pk)[administrator.email]

    assert not {"Block", "Send password reset"} & of_administrator.keys()


def test_segments_are_those_that_the_staff_member_may_use(browser, agent, supporter):
    create_segment(SegmentData('Paying "now"', "app_metadata.plan:full"), actor=staff_actor(agent))

    found = entries(browser, agent)["Segments"]

    assert found == {'Paying "now"': "/admin/users/user/?q=segment%3A%22Paying+%5C%22now%5C%22%22"}
    assert "Segments" not in entries(browser, supporter)


def test_without_the_right_to_see_users_there_is_neither_user_nor_segment(browser, staff_with, jane):
    member = staff_with("view_changes")

    assert browser(member).get(PALETTE, {"user": jane.pk}).status_code == 403
    assert entries(browser, member).keys() == {"Go to"}
    assert "New user" not in entries(browser, member)["Go to"]


def test_it_is_for_staff(browser, jane):
    assert browser(jane).get(PALETTE).status_code in (302, 403)
    assert browser().get(PALETTE).status_code == 302


def test_only_users_are_suggested_where_only_they_are_asked_for(browser, agent, jane):
    found = browser(agent).get("/admin/suggest/", {"q": "jane", "of": "users"}).json()["suggestions"]

    assert [one["label"] for one in found] == ["Jane Doe"]
    assert found[0]["url"] == user_path(jane)
