"""Staff at a `user_id` that two users had one after the other."""

from __future__ import annotations

import pytest

from tests.web.pages import open_page
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.models import Change
from users.rights.actor import command_actor, owner_actor, staff_actor

SHELL = command_actor("tests")
SECRETS = ("earlier@example.com", "scuba", "gold", "Ever Before")
BOUNDARY = "An earlier user with this id was deleted."


@pytest.fixture
def earlier(make_user):
    """Deleted; what was changed of them is on record."""
    documents = {"user_metadata": {"hobby": "scuba"}, "app_metadata": {"plan": "gold"}}
    user = make_user("earlier", bare_id="reused", name="Ever Before", **documents)
    edit_user(user, Edit(documents={"user_metadata": Patch({"since": 1})}), actor=owner_actor(user))
    delete_user(user, actor=SHELL)
    return user


@pytest.fixture
def later(earlier, make_user):
    return make_user("later", bare_id="reused")


def test_they_see_where_one_ends_and_the_next_begins(later, earlier, administrator, browser):
    page = open_page(browser(administrator), f"/admin/users/user/{later.pk}/change/?tab=activity")

    assert page.text.count(BOUNDARY) == 1
    before, _, after = page.text.partition(BOUNDARY)
    assert "later@example.com" in before
    assert "created later@example.com" in before
    assert "created earlier@example.com" in after
    assert after.count("Earlier user") == 3
    assert "Earlier user" not in before


def test_they_see_it_too_where_a_search_leaves_the_deletion_out(later, earlier, administrator, browser):
    path = f"/admin/users/user/{later.pk}/change/?tab=activity&part=profile"

    page = open_page(browser(administrator), path)

    assert page.text.count(BOUNDARY) == 1
    assert page.text.count("Earlier user") == 1


def test_who_may_not_look_through_all_changes_sees_the_present_user_alone(later, staff_with, browser):
    clerk = staff_with("view_user", "view_app_metadata")

    html = browser(clerk).get(f"/admin/users/user/{later.pk}/change/?tab=activity").content.decode()

    assert "later@example.com" in html
    assert not [secret for secret in SECRETS if secret in html]


def test_they_are_not_led_from_lines_of_the_earlier_to_the_later(later, earlier, administrator, browser):
    user_page = f"/admin/users/user/{later.pk}/change/"
    log = browser(administrator).get(f"/admin/log/?user={earlier.user_id}").content.decode()
    changes = browser(administrator).get("/admin/changes/").content.decode()

    assert log.count(f'href="{user_page}"') == 1  # of the later one's creation
    assert changes.count(f'href="{user_page}?tab=activity"') == 1
    assert changes.count("Deleted user") == 3


def test_they_undo_nothing_of_the_earlier(later, earlier, administrator, browser):
    html = browser(administrator).get(f"/admin/users/user/{later.pk}/change/?tab=activity").content.decode()

    assert "/undo/" not in html


def test_who_did_something_is_led_to_only_if_they_are_still_that_user(
    make_user, jane, administrator, browser
):
    actor = make_user("earlier", "Administrator", bare_id="reused")
    edit_user(jane, Edit(profile={"nickname": "jd"}), actor=staff_actor(actor))
    before = browser(administrator).get("/admin/changes/").content.decode()
    delete_user(actor, actor=SHELL)
    later = make_user("later", bare_id="reused")

    after = browser(administrator).get("/admin/changes/").content.decode()

    assert f"/admin/users/user/{actor.pk}/change/" in before
    assert after.count(f"/admin/users/user/{later.pk}/change/") == 1  # of their own creation
    assert Change.objects.get(what="profile").actor_name == str(actor)
