"""The Roles tab shows the roles and permissions of a user, and administrators assign and remove them."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.admin.conftest import user_path
from tests.web.pages import open_page
from users.actions.account.assign_permissions import assign_permissions
from users.actions.account.assign_roles import assign_roles
from users.models import Change
from users.rights.actor import command_actor

SHELL = command_actor("tests")


@pytest.fixture
def roles_tab(browser, agent):
    """The tab as the agent, or another member of staff, sees it."""

    def tab(user, member=agent):
        return open_page(browser(member), f"{user_path(user)}?tab=roles")

    return tab


def role_names(user):
    return {member.role.name for member in user.memberships.select_related("role")}


def permission_names(user):
    return set(user.direct_permissions.values_list("name", flat=True))


def test_each_role_stands_with_its_permissions(roles_tab, jane, make_role, songs_api):
    editor, idle = make_role("Editor", "read:songs", "write:songs"), make_role("Idle")
    assign_roles([jane.user_id], [editor.role_id, idle.role_id], actor=SHELL)

    text = roles_tab(jane).text

    assert "Editor read:songs Songs, write:songs Songs" in text.replace(" ,", ",")
    assert "Idle no permissions" in text


def test_direct_permissions_stand_apart(roles_tab, jane, make_role, songs_api):
    assign_roles([jane.user_id], [make_role("Editor", "read:songs").role_id], actor=SHELL)
    assign_permissions(jane, frozenset({(songs_api.identifier, "burn:songs")}), actor=SHELL)

    assert "assigned directly burn:songs Songs" in roles_tab(jane).text


def test_a_user_without_roles_has_none(roles_tab, jane, stranger, make_role, songs_api):
    assign_roles([stranger.user_id], [make_role("Editor").role_id], actor=SHELL)

    text = roles_tab(jane).text

    assert "No roles." in text
    assert "No permissions." in text


def test_a_hostile_name_stays_text(roles_tab, jane, make_role, administrator):
    assign_roles([jane.user_id], [make_role("<script>alert(1)</script>").role_id], actor=SHELL)
    make_role("<script>alert(2)</script>")

    page = roles_tab(jane, administrator)

    assert "<script>alert(" not in page.html
    assert "<script>alert(1)</script>" in page.text


def test_the_activity_says_who_assigned_a_role(browser, agent, jane, make_role):
    assign_roles([jane.user_id], [make_role("Editor").role_id], actor=SHELL)

    text = open_page(browser(agent), f"{user_path(jane)}?tab=activity").text

    assert "tests" in text
    assert "Editor" in text


def test_an_administrator_assigns_and_removes_a_role(roles_tab, administrator, jane, make_role):
    editor, _ = make_role("Editor"), make_role("Viewer")

    page = roles_tab(jane, administrator).press("Assign role", role=editor.role_id, reason="Ticket 4711")
    assert "Role Editor assigned." in page.text
    assert role_names(jane) == {"Editor"}
    change = Change.objects.filter(subject=jane.user_id).first()
    assert (change.what, change.reason, change.actor_id) == ("roles", "Ticket 4711", administrator.user_id)

    page = page.press("Remove")
    assert "Role Editor removed." in page.text
    assert role_names(jane) == set()


def test_an_administrator_assigns_and_removes_a_permission(roles_tab, administrator, jane, songs_api):
    value = f"{songs_api.resource_server_id} burn:songs"

    page = roles_tab(jane, administrator).press("Assign permission", permission=value, reason="Ticket 4711")
    assert "Permission burn:songs assigned." in page.text
    assert permission_names(jane) == {"burn:songs"}
    assert Change.objects.filter(subject=jane.user_id).first().reason == "Ticket 4711"
    # What the user has is not offered again.
    assert f'<option value="{value}">' not in page.html

    page = page.press("Remove")
    assert permission_names(jane) == set()


def test_what_the_user_has_is_not_offered_again(roles_tab, administrator, jane, make_role):
    editor, viewer = make_role("Editor"), make_role("Viewer")
    assign_roles([jane.user_id], [editor.role_id], actor=SHELL)

    page = roles_tab(jane, administrator)

    assert f'<option value="{viewer.role_id}">' in page.html
    assert f'<option value="{editor.role_id}">' not in page.html


@pytest.mark.parametrize(
    ("do", "field", "value"),
    [
        ("assign_role", "role", "rol_gone"),
        ("assign_role", "role", ""),
        ("remove_role", "role", "\0"),
        ("assign_permission", "permission", ""),
        ("assign_permission", "permission", "nowhere read:songs"),
        ("assign_permission", "permission", "{api} fly:songs"),
        ("remove_permission", "permission", "\0"),
    ],
)
def test_a_choice_that_does_not_exist_changes_nothing(
    browser, administrator, jane, songs_api, row, do, field, value
):
    before = row(jane)

    answer = browser(administrator).post(
        f"{user_path(jane)}?tab=roles",
        {"do": do, field: value.format(api=songs_api.resource_server_id)},
        follow=True,
    )

    assert answer.status_code == 200
    assert "that exists." in answer.content.decode()
    assert row(jane) == before


@pytest.mark.parametrize("do", ["assign_role", "remove_role", "assign_permission", "remove_permission"])
def test_without_the_right_nothing_is_assigned(
    browser, staff_with, roles_tab, jane, make_role, songs_api, row, do
):
    lacking = staff_with(
        *(
            "view_user",
            "view_app_metadata",
            "change_app_metadata",
            "change_profile",
            "block_user",
            "delete_user",
        )
    )
    editor = make_role("Editor")
    permission = f"{songs_api.resource_server_id} burn:songs"
    if do.startswith("remove"):
        assign_roles([jane.user_id], [editor.role_id], actor=SHELL)
        assign_permissions(jane, frozenset({(songs_api.identifier, "burn:songs")}), actor=SHELL)
    before = row(jane), role_names(jane), permission_names(jane)
    page = roles_tab(jane, lacking)

    answer = page.browser.post(user_path(jane), {"do": do, "role": editor.role_id, "permission": permission})

    assert answer.status_code == 403
    assert (row(jane), role_names(jane), permission_names(jane)) == before
    assert "Assign role" not in page.html
    assert "You may not change roles and permissions." in page.text
    assert editor.role_id not in page.html


def test_many_roles_cost_what_few_do(roles_tab, administrator, jane, stranger, make_role, songs_api):
    few = [make_role("Role", "read:songs").role_id]
    many = [make_role(f"Role {number}", "read:songs", "write:songs").role_id for number in range(20)]
    assign_roles([jane.user_id], few, actor=SHELL)
    assign_roles([stranger.user_id], many, actor=SHELL)
    for user in (jane, stranger):
        assign_permissions(user, frozenset({(songs_api.identifier, "burn:songs")}), actor=SHELL)
    roles_tab(jane, administrator)  # as the first sign-in of a day costs a little more

    counts = []
    for user in (jane, stranger):
        with CaptureQueriesContext(database) as captured:
            roles_tab(user, administrator)
        counts.append(len(captured))

    assert counts[0] == counts[1]
