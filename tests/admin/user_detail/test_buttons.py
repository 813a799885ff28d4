"""The buttons of a user's page: each does its work with its right, and nothing without it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.admin.conftest import user_path
from tests.conftest import again
from tests.mailbox import deliver
from tests.web.pages import open_page
from users.actions.account.block_user import block_user
from users.models import Change, Connection, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor

SHELL = command_actor("tests")
BLOCK, UNBLOCK = "Block", "Unblock"
VERIFY, RESET = "Mark email as verified", "Send password reset"
MAIL = "Send verification email"


def latest(user) -> Change:
    return Change.objects.filter(subject=user.user_id).first()


@pytest.fixture
def clerk(staff_with):
    return staff_with("view_user", "change_profile", "send_links")


@pytest.fixture
def guard(staff_with):
    return staff_with("view_user", "block_user")


def test_block_ends_the_persons_session(visit, browser, guard, jane):
    at_home = browser(jane)

    page = visit(guard, jane).press(BLOCK, reason="Ticket 4711")

    assert "Blocked. Every session has ended." in page.text
    assert UNBLOCK in page.buttons
    assert BLOCK not in page.buttons
    assert at_home.get("/profile/")["Location"] == "/login/?next=/profile/"
    change = latest(jane)
    assert (change.what, change.reason, change.actor_id) == ("profile", "Ticket 4711", guard.user_id)
    assert change.keys == {"blocked": {"before": None, "after": True}}


def test_unblock_lets_the_person_in_again_but_no_old_session(visit, browser, guard, jane):
    at_home = browser(jane)
    visit(guard, jane).press(BLOCK)

    page = visit(guard, jane).press(UNBLOCK)

    assert "Unblocked." in page.text
    assert again(jane).blocked is False
    assert at_home.get("/profile/").status_code == 302
    assert browser(again(jane)).get("/profile/").status_code == 200


def test_blocking_the_blocked_writes_nothing(visit, row, guard, jane):
    opened = visit(guard, jane)
    block_user(jane, actor=SHELL)
    before = row(jane)

    opened.press(BLOCK)

    assert row(jane) == before


def test_verify_marks_the_address_once(visit, clerk, jane):
    page = visit(clerk, jane).press(VERIFY, reason="Called her")

    assert again(jane).email_verified is True
    assert latest(jane).keys == {"email_verified": {"before": False, "after": True}}
    assert latest(jane).reason == "Called her"
    assert VERIFY not in page.buttons


def test_reset_mails_a_link_that_works_once_to_the_accounts_own_address(visit, browser, row, clerk, jane):
    stored, groups, changes = row(jane)

    page = visit(clerk, jane).press(RESET)

    (letter,) = deliver()
    assert letter.to == ["jane.doe@example.com"]
    assert "A password reset link is on its way to jane.doe@example.com." in page.text
    assert row(jane) == (stored, groups, changes + 1)
    assert jane.changes.first().what == "reset_sent"
    link = re.search(r"https?://[^/\s]+(/\S+)", letter.body)[1]
    form = open_page(browser(), link)
    form.press("Set password", password1="quite another secret", password2="quite another secret")
    assert again(jane).check_password("quite another secret")
    assert "already been used" in open_page(browser(), link).text


def test_the_link_is_not_on_the_staff_members_page(visit, clerk, jane):
    page = visit(clerk, jane).press(RESET)

    assert "/password/reset/key/" not in page.html


def test_without_mail_the_page_says_so_and_sends_nothing(visit, clerk, jane, settings):
    settings.IS_EMAIL_CONFIGURED = False

    page = visit(clerk, jane).press(RESET)

    assert "Mail is not set up (EMAIL_URL), so nothing was sent." in page.text
    assert deliver() == []


def test_a_verification_mail_leads_to_the_persons_own_confirmation(visit, clerk, jane):
    page = visit(clerk, jane).press(MAIL, reason="Ticket 4711")

    assert "A verification link is on its way to jane.doe@example.com." in page.text
    [letter] = deliver()
    assert letter.to == [jane.email]
    change = latest(jane)
    assert (change.what, change.reason, change.actor_id) == ("ticket", "Ticket 4711", clerk.user_id)
    assert not again(jane).email_verified
    secret = re.search(r"ticket=(\w+)#", letter.body)[1]
    assert secret not in page.html
    Client().post("/u/email-verification", {"ticket": secret})
    assert again(jane).email_verified


def test_a_verification_mail_that_cannot_leave_says_so(visit, clerk, jane, settings):
    settings.IS_EMAIL_CONFIGURED = False

    page = visit(clerk, jane).press(MAIL)

    assert "Mail is not set up (EMAIL_URL), so nothing was sent." in page.text
    assert latest(jane).what == "created"


@pytest.mark.parametrize(
    "lacks", [{"email": None, "phone_number": "+491"}, {"email_verified": True}], ids=["address", "need"]
)
def test_a_verification_mail_is_not_offered_where_there_is_nothing_to_verify(visit, clerk, make_user, lacks):
    assert MAIL not in visit(clerk, make_user("x", **lacks)).buttons


@pytest.mark.parametrize("lacks", ["an address", "a password here"])
def test_reset_is_not_offered_where_there_is_nothing_to_reset(visit, clerk, jane, lacks):
    with allow_account_writes():
        if lacks == "an address":
            User.objects.filter(pk=jane.pk).update(email=None, email_folded=None)
        else:
            other = Connection.objects.create(name="Partners", strategy="samlp")
            User.objects.filter(pk=jane.pk).update(connection=other)
    page = visit(clerk, jane)
    assert RESET not in page.buttons

    answer = page.browser.post(user_path(jane), {"do": "send_reset"}, follow=True)

    assert "no password here to reset" in answer.content.decode()
    assert deliver() == []


NEEDED = {
    "block": {"block_user"},
    "unblock": {"block_user"},
    "verify_email": {"change_profile"},
    "send_reset": {"send_links"},
    "remove_second_factor": {"change_profile"},
    "send_verification": {"send_links"},
    "profile": {"change_profile"},
    "staff_rights": {"administer"},
    "unlink": {"change_profile"},
    "assign_role": {"administer"},
    "remove_role": {"administer"},
    "assign_permission": {"administer"},
    "remove_permission": {"administer"},
    "documents": {"change_user_metadata", "change_app_metadata"},
}
ALL = {
    "change_profile",
    "send_links",
    "unlock_user",
    "change_user_metadata",
    "view_app_metadata",
    "change_app_metadata",
    "block_user",
    "delete_user",
    "administer",
}


@pytest.mark.parametrize("name", NEEDED)
def test_each_button_is_refused_without_its_right_though_all_others_are_held(
    browser, row, staff_with, make_user, name
):
    lacking = staff_with("view_user", *(ALL - NEEDED[name]))
    user = make_user("mallory", blocked=name == "unblock")
    before = row(user)
    fields = {"do": name, "name": "Mine", "user_metadata": "{}", "user_metadata_version": "0", "groups": "1"}

    answer = browser(lacking).post(user_path(user), fields)

    assert (answer.status_code, row(user), deliver()) == (403, before, [])


@pytest.mark.parametrize("name", ["", "delete", "create", "__class__", "DOCUMENTS", "block "])
def test_a_button_that_does_not_exist_does_nothing(browser, row, administrator, jane, name):
    before = row(jane)

    answer = browser(administrator).post(user_path(jane), {"do": name})

    assert (answer.status_code, row(jane)) == (403, before)


@pytest.mark.parametrize(
    "name",
    ["block", "unblock", "verify_email", "send_reset", "send_verification", "remove_second_factor"],
)
def test_looking_at_an_address_does_nothing(browser, row, administrator, jane, name):
    before = row(jane)

    browser(administrator).get(user_path(jane), {"do": name})

    assert (row(jane), deliver()) == (before, [])


def test_no_button_works_without_the_token_of_its_page(administrator, row, jane):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(administrator)
    before = row(jane)

    answer = strict.post(user_path(jane), {"do": "block"})

    assert (answer.status_code, row(jane)) == (403, before)


@pytest.mark.parametrize("name", ["block", "verify_email", "staff_rights"])
def test_a_user_deleted_meanwhile_is_gone_not_an_error(browser, administrator, jane, monkeypatch, name):
    from users.actions.account import assign_staff_groups, edit_user
    from users.actions.account.delete_user import delete_user

    member = browser(administrator)
    member.raise_request_exception = False
    for module in (edit_user, assign_staff_groups):
        editing = module.open_draft

        def late(user, *args, _editing=editing, **options):
            if User.objects.filter(pk=user.pk).exists():
                delete_user(user, actor=SHELL)
            return _editing(user, *args, **options)

        monkeypatch.setattr(module, "open_draft", late)

    answer = member.post(user_path(jane), {"do": name, "groups": "1"}, follow=True)

    assert answer.status_code in (200, 404)
