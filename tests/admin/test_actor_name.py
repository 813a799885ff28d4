"""Every page of the dashboard shows one name for one colleague: the present one, not the recorded email."""

from __future__ import annotations

import re

import pytest

from tests.admin.conftest import user_path
from tests.web.pages import open_page
from users.actions.account.block_user import block_user
from users.actions.account.notes import add_note
from users.jobs.enqueue import enqueue
from users.models import Change
from users.models.write_guard import allow_account_writes
from users.rights.actor import staff_actor


@pytest.fixture
def alex(agent):
    """A colleague who has a name beside the email."""
    agent.name = "Alex Agent"
    with allow_account_writes():
        agent.save()
    return agent


@pytest.fixture
def shown(browser, administrator):
    return lambda address: open_page(browser(administrator), address).text


def test_a_colleague_has_one_name_on_all_pages(shown, alex, jane):
    block_user(jane, actor=staff_actor(alex))
    add_note(jane, "Called about the invoice", actor=staff_actor(alex))
    job = enqueue("housekeeping", actor=staff_actor(alex))
    number = Change.objects.latest("pk").pk

    head = shown(user_path(jane))
    assert "Alex Agent blocked this user" in head
    assert re.search(r"Alex Agent\s*: Called about", head)
    for address in (
        f"{user_path(jane)}?tab=activity",
        f"{user_path(jane)}?tab=notes",
        # Without the line that says who created Alex: those whom a change is about are named by email.
        "/admin/changes/?part=profile&kind=staff",
        f"/admin/changes/{number}/",
        f"/admin/changes/{number}/undo/",
        "/admin/jobs/",
        f"/admin/jobs/{job}/",
    ):
        page = shown(address)
        assert "Alex Agent" in page, address
        assert alex.email not in page, address


def test_a_deleted_colleague_is_named_as_recorded(shown, alex, jane):
    block_user(jane, actor=staff_actor(alex))
    add_note(jane, "Called about the invoice", actor=staff_actor(alex))
    with allow_account_writes():
        alex.delete()

    head = shown(user_path(jane))
    assert f"{alex.email} blocked this user" in head
    assert re.search(rf"{alex.email}\s*: Called about", head)
    assert alex.email in shown("/admin/changes/")


def test_a_later_user_with_the_id_does_not_lend_a_name(shown, alex, jane):
    block_user(jane, actor=staff_actor(alex))
    alex.created_at = Change.objects.latest("pk").at.replace(year=2999)
    with allow_account_writes():
        alex.save()

    assert f"{alex.email} blocked this user" in shown(user_path(jane))
    assert "Alex Agent" not in shown("/admin/changes/")
