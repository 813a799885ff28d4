"""Linked accounts in the dashboard: nowhere but on the Security tab of their primary."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.admin.conftest import user_path
from tests.conftest import again
from tests.web.pages import open_page
from users.actions.account.identities import link, unlink
from users.models import Change, User
from users.rights.actor import command_actor

SHELL = command_actor("tests")
UNLINK = "Unlink jay@example.com"


@pytest.fixture
def jay(make_user, jane):
    user = make_user("jay", name="Jay Doe")
    link(jane, user, actor=SHELL)
    return User.accounts.get(pk=user.pk)


def test_the_security_tab_shows_each_with_its_address_and_id(browser, agent, jane, jay):
    page = open_page(browser(agent), f"{user_path(jane)}?tab=security")

    assert "Linked accounts" in page.text
    assert jay.email in page.text
    assert jay.user_id in page.text


def test_without_any_it_says_nothing_of_them(visit, clerk, jane):
    assert "Linked accounts" not in visit(clerk, jane).text_everywhere


def test_who_may_not_unlink_is_told_so(visit, supporter, jane, jay):
    page = visit(supporter, jane)

    assert jay.email in page.text_everywhere
    assert UNLINK not in page.buttons
    assert "You may not link and unlink identities." in page.text_everywhere


def test_unlink_makes_it_a_user_of_its_own(visit, clerk, jane, jay):
    page = visit(clerk, jane).press(UNLINK, reason="Ticket 4711")

    assert "Unlinked. The account is a separate user now, without metadata." in page.text
    assert UNLINK not in page.buttons
    assert again(jay).user_metadata is None
    line = Change.objects.filter(subject=jane.user_id).first()
    assert (line.what, line.reason, line.actor_id) == ("identities", "Ticket 4711", clerk.user_id)


def test_of_two_the_one_beside_the_button_is_unlinked(visit, clerk, jane, jay, stranger):
    link(jane, stranger, actor=SHELL)

    visit(clerk, jane).press(UNLINK)

    assert again(jay).linked_to is None
    assert User.accounts.get(pk=stranger.pk).linked_to == jane


def test_what_a_colleague_unlinked_meanwhile_is_said_and_stays(visit, clerk, jane, jay):
    opened = visit(clerk, jane).all_opened()
    unlink(jane, "auth0", jay.bare_id, actor=SHELL)

    page = opened.press(UNLINK)

    assert "That account is no longer linked to this user." in page.text


@pytest.mark.parametrize("identity", ["", "auth0|nobody", "nobody", "a\0b|c", "|"])
def test_an_account_that_is_not_linked_is_not_unlinked(browser, clerk, jane, jay, row, identity):
    before = row(jane)

    answer = browser(clerk).post(user_path(jane), {"do": "unlink", "identity": identity}, follow=True)

    assert "no longer linked to this user" in answer.content.decode()
    assert row(jane) == before


def test_nor_is_the_users_own(browser, clerk, jane, jay, row):
    before = row(jane)

    browser(clerk).post(user_path(jane), {"do": "unlink", "identity": jane.user_id})

    assert row(jane) == before


def test_of_staff_only_administrators_unlink(visit, browser, clerk, administrator, supporter, stranger):
    link(supporter, stranger, actor=SHELL)
    assert "Unlink stranger@example.com" not in visit(clerk, supporter).buttons
    fields = {"do": "unlink", "identity": stranger.user_id}

    assert browser(clerk).post(user_path(supporter), fields).status_code == 403

    visit(administrator, supporter).press("Unlink stranger@example.com")
    assert again(stranger).linked_to is None


def test_a_linked_account_has_no_page_and_is_in_no_list(browser, listing, agent, jane, jay):
    assert browser(agent).get(user_path(jay)).status_code == 404
    assert jay.email not in listing(agent).text
    assert jay.email not in listing(agent, q="jay").text.replace('value="jay"', "")
    assert jane.email in listing(agent).text


def test_linked_accounts_cost_the_page_one_query(browser, agent, jane, make_user, django_assert_num_queries):
    member, address = browser(agent), f"{user_path(jane)}?tab=security"
    member.get(address)
    with CaptureQueriesContext(database) as without:
        member.get(address)
    for _ in range(3):
        link(jane, make_user(), actor=SHELL)

    with django_assert_num_queries(len(without) + 1):
        member.get(address)
