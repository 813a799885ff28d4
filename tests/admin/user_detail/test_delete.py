"""Deleting asks for the name, typed; what is left is the record."""

from __future__ import annotations

import pytest

from tests.admin.conftest import LIST, delete_path
from tests.web.pages import Page, open_page
from users.actions.account.delete_user import delete_user
from users.models import Change, User
from users.rights.actor import command_actor

DELETE = "Delete user"


@pytest.fixture
def remover(staff_with):
    return staff_with("view_user", "delete_user")


@pytest.fixture
def asked(browser, remover):
    """The page that asks: `asked(jane).press(DELETE, confirmation=...)`."""

    def open_about(user: User) -> Page:
        return open_page(browser(remover), delete_path(user))

    return open_about


def exists(user: User) -> bool:
    return User.objects.filter(pk=user.pk).exists()


def test_the_page_names_whom_it_is_about_and_deletes_nothing_yet(asked, jane):
    page = asked(jane)

    assert "Delete jane.doe@example.com?" in page.text
    assert jane.user_id in page.text
    assert exists(jane)


@pytest.mark.parametrize("typed", ["jane.doe@example.com", "  JANE.DOE@Example.com "])
def test_the_name_typed_deletes(asked, browser, remover, jane, typed):
    at_home = browser(jane)

    page = asked(jane).press(DELETE, confirmation=typed, reason="She asked")

    assert not exists(jane)
    assert page.path == LIST
    assert "jane.doe@example.com is deleted." in page.text
    assert at_home.get("/profile/").status_code == 302
    change = Change.objects.filter(subject=jane.user_id).first()
    assert (change.what, change.user, change.actor_id) == ("deleted", None, remover.user_id)
    assert (change.face, change.reason) == ("dashboard", "She asked")
    assert change.request_id


@pytest.mark.parametrize("typed", ["", "jane", "jane.doe@example.com.", "yes", "jane.doe@exаmple.com"])
def test_anything_else_typed_deletes_nothing_and_is_kept(asked, jane, typed):
    page = asked(jane).press(DELETE, confirmation=typed, reason="She asked")

    assert page.status == 422
    assert exists(jane)
    assert page.form(DELETE).fields["confirmation"] == [typed]
    assert page.form(DELETE).fields["reason"] == ["She asked"]


def test_an_account_without_address_goes_by_its_id(asked, make_user):
    user = make_user("nobody", email=None, phone_number="+491")

    page = asked(user).press(DELETE, confirmation=user.user_id)

    assert page.status == 200
    assert not exists(user)


@pytest.mark.parametrize("who", ["supporter", "agent"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_the_right_the_name_does_not_help(browser, row, jane, request, who, method):
    member = browser(request.getfixturevalue(who))
    before = row(jane)

    answer = getattr(member, method)(delete_path(jane), {"confirmation": "jane.doe@example.com"})

    assert (answer.status_code, row(jane)) == (403, before)


def test_looking_with_the_answer_in_the_address_deletes_nothing(browser, remover, jane):
    browser(remover).get(delete_path(jane), {"confirmation": "jane.doe@example.com"})

    assert exists(jane)


def test_somebody_else_was_quicker(asked, browser, remover, jane):
    page = asked(jane)
    delete_user(jane, actor=command_actor("another agent"))

    answer = page.browser.post(delete_path(jane), {"confirmation": "jane.doe@example.com"})

    assert answer.status_code == 404


def test_somebody_else_was_quicker_by_a_hair(asked, jane, monkeypatch):
    from users.admin.user_detail import delete_page

    def too_late(user, **options):
        delete_user(user, actor=command_actor("another agent"))
        delete_user(user, **options)

    page = asked(jane)
    monkeypatch.setattr(delete_page, "delete_user", too_late)

    answer = page.press(DELETE, confirmation="jane.doe@example.com")

    assert "had already been deleted" in answer.text
    assert answer.path == LIST
