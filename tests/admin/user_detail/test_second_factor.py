"""Second factors at the desk: seen on the Security tab, and removed for whoever lost a phone."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator

from tests.admin.conftest import user_path
from tests.conftest import again
from tests.second_factor import enrol
from tests.web.pages import open_page

REMOVE = "Remove second factor"


@pytest.fixture
def security(browser):
    """The Security tab of a user's page: `security(agent, jane)`."""
    return lambda member, user: open_page(browser(member), f"{user_path(user)}?tab=security")


def test_the_tab_says_that_there_is_none(security, supporter, jane):
    page = security(supporter, jane)

    assert "Second factor None" in page.text
    assert REMOVE not in page.buttons


def test_the_tab_says_what_there_is_and_since_when(security, supporter, jane):
    enrol(jane)
    since = Authenticator.objects.get(type="totp").created_at

    page = security(supporter, jane)

    assert "Second factor Authenticator app, since now" in page.text
    assert f"{since:%Y-%m-%dT%H:%M:%SZ}" in page.html


def test_removing_it_says_why_and_leaves_the_password_alone(visit, clerk, jane):
    enrol(jane)

    page = visit(clerk, jane).press(REMOVE, reason="Ticket 4711, lost her phone")

    assert "The second factor is removed." in page.text
    assert REMOVE not in page.buttons
    assert not Authenticator.objects.exists()
    change = again(jane).changes.first()
    assert (change.what, change.actor_id, change.face, change.reason) == (
        "multifactor",
        clerk.user_id,
        "dashboard",
        "Ticket 4711, lost her phone",
    )
    assert again(jane).password == jane.password


def test_the_activity_shows_it(browser, clerk, jane):
    enrol(jane)

    page = open_page(browser(clerk), f"{user_path(jane)}?tab=activity")

    assert "added two-step sign-in" in page.text
    assert "google-authenticator" not in page.html


def test_it_is_offered_to_those_who_may(security, supporter, clerk, staff_with, jane):
    enrol(jane)

    assert REMOVE in security(clerk, jane).buttons
    assert REMOVE not in security(staff_with("view_user", "block_user"), jane).buttons


def test_only_administrators_reach_that_of_staff(visit, security, clerk, administrator, supporter):
    enrol(supporter)
    assert REMOVE not in security(clerk, supporter).buttons

    visit(administrator, supporter).press(REMOVE)

    assert again(supporter).multifactor == []


def test_ones_own_is_removed_on_ones_own_page_where_the_password_is_asked(row, security, make_user):
    for member in (make_user("boss", "Administrator"), make_user("root", is_superuser=True)):
        enrol(member)
        page = security(member, member)
        before = row(member)

        answer = page.browser.post(user_path(member), {"do": "remove_second_factor"})

        assert REMOVE not in page.buttons
        assert (answer.status_code, row(member)) == (403, before)
        assert Authenticator.objects.filter(user=member).count() == 2


def test_removing_what_is_gone_already_changes_nothing(visit, row, clerk, jane):
    enrol(jane)
    opened = visit(clerk, jane).all_opened()
    Authenticator.objects.all().delete()
    before = row(jane)

    opened.press(REMOVE)

    assert row(jane) == before
