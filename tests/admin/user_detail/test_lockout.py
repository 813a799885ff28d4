"""At the desk: who has to wait after too many wrong passwords, and letting them try again."""

from __future__ import annotations

import pytest

from tests.admin.conftest import user_path
from tests.web.pages import open_page
from users.models import Change
from users.sign_in import lockout

CLEAR = "Clear lockout"


@pytest.fixture
def guard(staff_with):
    return staff_with("view_user", "unlock_user")


@pytest.fixture
def security(browser):
    """The Security tab of a user: `security(guard, jane)`."""

    def open_as(member, user):
        return open_page(browser(member), f"{user_path(user)}?tab=security")

    return open_as


def fail(user, times=5):
    for number in range(times):
        lockout.start_attempt([lockout.lockout_key(user)], ip=f"192.0.2.{number}")


def test_who_may_try_is_not_mentioned(security, guard, jane):
    fail(jane, times=4)

    page = security(guard, jane)

    assert "Locked out" not in page.text
    assert CLEAR not in page.buttons


def test_a_lockout_is_cleared(security, guard, jane):
    fail(jane)

    page = security(guard, jane)
    assert f"Too many wrong passwords for {jane.email}." in page.text
    assert "sign-in is refused for another 5 minutes." in page.text
    assert "The lockout ends by itself in 5 minutes." in page.text
    done = page.press(CLEAR, reason="Called us")

    assert "Lockout cleared. The user can sign in again." in done.text
    assert CLEAR not in done.buttons
    assert not lockout.is_locked_out([lockout.lockout_key(jane)])
    change = Change.objects.filter(subject=jane.user_id).first()
    assert (change.what, change.reason, change.actor_id) == ("unblocked", "Called us", guard.user_id)


def test_what_has_passed_meanwhile_is_told_and_not_recorded(security, guard, jane):
    fail(jane)
    page = security(guard, jane)
    lockout.clear_lockout([lockout.lockout_key(jane)])

    assert "No lockout to clear." in page.press(CLEAR).text
    assert not Change.objects.filter(what="unblocked").exists()


def test_whoever_may_only_look_sees_it_and_cannot(security, staff_with, browser, jane):
    fail(jane)
    clerk = staff_with("view_user")

    page = security(clerk, jane)

    assert "Locked out" in page.text
    assert CLEAR not in page.buttons
    assert browser(clerk).post(user_path(jane), {"do": "clear_lockout"}).status_code == 403
    assert lockout.is_locked_out([lockout.lockout_key(jane)])


def test_lockouts_of_staff_are_cleared_by_administrators_only(security, guard, administrator, browser, agent):
    fail(agent)
    assert CLEAR not in security(guard, agent).buttons
    assert browser(guard).post(user_path(agent), {"do": "clear_lockout"}).status_code == 403

    security(administrator, agent).press(CLEAR)

    assert not lockout.is_locked_out([lockout.lockout_key(agent)])
