"""Accounts with staff rights: out of reach of all but administrators, one attack a path."""

from __future__ import annotations

import pytest

from tests.admin.conftest import delete_path, user_path
from tests.conftest import again
from tests.mailbox import deliver
from users.models import User

# Everything short of being an administrator.
MUCH = (
    "view_user",
    "change_profile",
    "send_links",
    "unlock_user",
    "change_user_metadata",
    "view_app_metadata",
    "change_app_metadata",
    "block_user",
    "delete_user",
)
ATTACKS = {
    "block": {"do": "block"},
    "unblock": {"do": "unblock"},
    "reset": {"do": "send_reset"},
    "verify": {"do": "verify_email"},
    "second factor": {"do": "remove_second_factor"},
    "email": {"do": "profile", "email": "mine@example.com", "initial-email": "supporter@example.com"},
    "no email": {"do": "profile", "email": "", "initial-email": "supporter@example.com"},
    "phone": {"do": "profile", "phone_number": "+4712345678", "initial-phone_number": ""},
    "rights": {"do": "staff_rights"},
}


@pytest.fixture
def attacker(staff_with):
    return staff_with(*MUCH)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("victim", ["supporter", "agent", "administrator", "superuser"])
def test_staff_accounts_are_out_of_reach(browser, row, make_user, attacker, request, attack, victim):
    user = make_user("root", is_superuser=True) if victim == "superuser" else request.getfixturevalue(victim)
    before = row(user)
    fields = {**ATTACKS[attack]}
    if "initial-email" in fields:
        fields["initial-email"] = user.email

    answer = browser(attacker).post(user_path(user), fields)

    assert (answer.status_code, row(user), deliver()) == (403, before, [])


@pytest.mark.parametrize("victim", ["supporter", "administrator"])
def test_staff_accounts_cannot_be_deleted(browser, row, attacker, request, victim):
    user = request.getfixturevalue(victim)
    before = row(user)

    answer = browser(attacker).post(delete_path(user), {"confirmation": user.email})

    assert (answer.status_code, row(user)) == (403, before)


def test_a_staff_account_that_is_blocked_stays_protected(browser, row, attacker, make_user):
    former = make_user("former", "Support", blocked=True)
    before = row(former)

    assert browser(attacker).post(user_path(former), {"do": "unblock"}).status_code == 403
    assert row(former) == before


def test_the_page_of_a_staff_account_offers_none_of_it_and_says_why(visit, attacker, supporter):
    page = visit(attacker, supporter)

    assert not page.buttons & {"Block", "Unblock", "Mark email as verified", "Send password reset"}
    assert {"Block", "Mark email as verified", "Send password reset", "Delete this user…"} <= {*page.disabled}
    assert "only an administrator may block it, delete it or change how it signs in" in page.text_everywhere


def test_a_name_is_no_sign_in_and_may_be_changed(visit, attacker, supporter):
    visit(attacker, supporter).press("Save profile", name="Sue Porter")

    assert again(supporter).name == "Sue Porter"


def test_an_administrator_may(visit, browser, administrator, supporter):
    visit(administrator, supporter).press("Save profile", email="sue@example.com")
    visit(administrator, supporter).press("Block")

    user = again(supporter)
    assert (user.email, user.blocked) == ("sue@example.com", True)


def test_an_administrator_who_is_no_superuser_does_not_reach_one(browser, row, make_user, administrator):
    root = make_user("root", is_superuser=True)
    before = row(root)

    for fields in ATTACKS.values():
        initial = {"initial-email": root.email} if "initial-email" in fields else {}
        answer = browser(administrator).post(user_path(root), {**fields, **initial})
        assert answer.status_code == 403
    assert browser(administrator).post(delete_path(root), {"confirmation": root.email}).status_code == 403
    assert row(root)[0]["blocked"] == before[0]["blocked"]
    assert row(root) == before


@pytest.mark.parametrize("who", ["agent", "administrator", "superuser"])
def test_nobody_blocks_or_deletes_themselves(visit, browser, row, make_user, request, who):
    member = make_user("root", is_superuser=True) if who == "superuser" else request.getfixturevalue(who)
    page = visit(member, member)
    before = row(member)

    blocked = page.browser.post(user_path(member), {"do": "block"})
    deleted = page.browser.post(delete_path(member), {"confirmation": member.email})

    assert {"Block", "Delete this user…"} <= {*page.disabled}
    assert (blocked.status_code, deleted.status_code, row(member)) == (403, 403, before)
    assert User.objects.filter(pk=member.pk).exists()
