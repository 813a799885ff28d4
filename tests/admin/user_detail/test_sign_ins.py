"""The Activity tab shows support how a user signed in lately, and how they failed to."""

from __future__ import annotations

import pytest

from tests.admin.conftest import user_path
from tests.web.pages import open_page
from users.actions.account.delete_user import delete_user
from users.log.record import log_event
from users.rights.actor import command_actor


@pytest.fixture
def activity(browser):
    def open_as(member, user):
        return open_page(browser(member), f"{user_path(user)}?tab=activity")

    return open_as


def test_support_reads_sign_ins_and_failed_ones(activity, supporter, jane):
    log_event("s", user=jane, ip="192.0.2.7")
    log_event("fp", user=jane, ip="192.0.2.8")
    log_event("limit_wc", user=jane)

    text = activity(supporter, jane).text

    for words in (
        "Jane Doe signed in Username-Password-Authentication 192.0.2.7",
        "Failed sign-in of jane.doe@example.com : wrong password Username-Password-Authentication 192.0.2.8",
        "jane.doe@example.com was locked out after too many wrong passwords",
    ):
        assert words in text


def test_those_of_others_and_other_events_are_not_among_them(activity, supporter, jane, stranger):
    log_event("s", user=stranger, ip="192.0.2.9")
    log_event("scp", user=jane, ip="192.0.2.9")

    page = activity(supporter, jane)

    assert "signed in" not in page.text
    assert "192.0.2.9" not in page.html


def test_an_earlier_account_with_the_same_id_is_not_shown(activity, supporter, make_user):
    first = make_user("same", bare_id="abc")
    log_event("s", user=first, ip="192.0.2.7")
    delete_user(first, actor=command_actor("tests"))
    second = make_user("same", bare_id="abc")

    assert "192.0.2.7" not in activity(supporter, second).text
