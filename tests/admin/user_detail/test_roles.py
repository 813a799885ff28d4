"""The Security tab tells what somebody is permitted, and changes nothing of it."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.admin.conftest import user_path
from tests.web.pages import open_page
from users.actions.account.assign_permissions import assign_permissions
from users.actions.account.assign_roles import assign_roles
from users.rights.actor import command_actor

SHELL = command_actor("tests")


@pytest.fixture
def security(browser, agent):
    """The tab as the agent sees it."""

    def tab(user):
        return open_page(browser(agent), f"{user_path(user)}?tab=security")

    return tab


def test_roles_stand_with_what_they_permit(security, jane, make_role, songs_api):
    editor, idle = make_role("Editor", "read:songs", "write:songs"), make_role("Idle")
    assign_roles([jane.user_id], [editor.role_id, idle.role_id], actor=SHELL)

    text = security(jane).text

    assert "Editor read:songs Songs , write:songs Songs" in text
    assert "Idle no permissions yet" in text
    assert "Assigned directly" not in text


def test_permissions_of_ones_own_stand_last(security, jane, make_role, songs_api):
    assign_roles([jane.user_id], [make_role("Editor", "read:songs").role_id], actor=SHELL)
    assign_permissions(jane, frozenset({(songs_api.identifier, "burn:songs")}), actor=SHELL)

    assert "Editor read:songs Songs Assigned directly burn:songs Songs" in security(jane).text


def test_who_has_none_has_none(security, jane, stranger, make_role, songs_api):
    assign_roles([stranger.user_id], [make_role("Editor").role_id], actor=SHELL)

    assert "Roles and permissions None." in security(jane).text


def test_a_hostile_name_stays_text(security, jane, make_role):
    assign_roles([jane.user_id], [make_role("<script>alert(1)</script>").role_id], actor=SHELL)

    page = security(jane)

    assert "<script>alert(1)" not in page.html
    assert "<script>alert(1)</script>" in page.text


def test_the_record_tells_who_gave_them(browser, agent, jane, make_role):
    assign_roles([jane.user_id], [make_role("Editor").role_id], actor=SHELL)

    text = open_page(browser(agent), f"{user_path(jane)}?tab=activity").text

    assert "Roles by tests" in text
    assert "Editor added" in text


def test_many_cost_what_few_do(security, jane, stranger, make_role, songs_api):
    few = [make_role("Role", "read:songs").role_id]
    many = [make_role(f"Role {number}", "read:songs", "write:songs").role_id for number in range(20)]
    assign_roles([jane.user_id], few, actor=SHELL)
    assign_roles([stranger.user_id], many, actor=SHELL)
    for user in (jane, stranger):
        assign_permissions(user, frozenset({(songs_api.identifier, "burn:songs")}), actor=SHELL)
    security(jane)  # as the first sign-in of a day costs a little more

    counts = []
    for user in (jane, stranger):
        with CaptureQueriesContext(database) as captured:
            security(user)
        counts.append(len(captured))

    assert counts[0] == counts[1]
