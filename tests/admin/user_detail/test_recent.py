"""The head of a user's page shows the newest changes and sign-ins in short sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from tests.admin.conftest import user_path
from tests.web.pages import open_page
from users.actions.account.block_user import block_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.admin.user_detail.recent import browser_name
from users.history.record import record_change
from users.log.record import log_event
from users.models import Change
from users.rights.actor import Face, command_actor, staff_actor

SYNC = command_actor("crm-sync")


def patch(user, **documents):
    edit_user(user, Edit(documents={name: Patch(value) for name, value in documents.items()}), actor=SYNC)


@pytest.fixture
def head(browser, agent):
    """The text of the head, as the agent or another member of staff sees it."""

    def text(user, member=agent):
        return open_page(browser(member), user_path(user)).text

    return text


def test_each_kind_has_a_sentence(head, agent, jane):
    patch(jane, app_metadata={"plan": "pro"})
    assert "crm-sync set plan to pro" in head(jane)
    patch(jane, app_metadata={"plan": None})
    assert "crm-sync removed plan" in head(jane)
    patch(jane, user_metadata={"a": 1, "b": [1], "c": {}})
    assert "crm-sync changed 3 keys" in head(jane)
    patch(jane, user_metadata={"address": {"city": "Oslo"}})
    assert "crm-sync changed address" in head(jane)
    block_user(jane, actor=staff_actor(agent))
    assert f"{agent} blocked this user" in head(jane)
    log_event("fp", user=jane, ip="192.0.2.7")
    assert "Failed sign-in: wrong password, 192.0.2.7" in head(jane)


def test_an_import_is_named_as_in_the_activity(head, browser, agent, jane):
    importer = replace(SYNC, face=Face.IMPORT)
    record_change(jane, Change.What.CREATED, {}, actor=importer, at=timezone.now())

    assert "crm-sync imported this user" in head(jane)
    assert "crm-sync imported" in open_page(browser(agent), f"{user_path(jane)}?tab=activity").text


def test_values_are_text_and_short(head, jane):
    patch(jane, user_metadata={"hobby": "<script>alert(1)</script>"})
    page = head(jane)
    assert "crm-sync set hobby to <script>alert(1)</script>" in page

    patch(jane, user_metadata={"hobby": "x" * 200})
    assert f"to {'x' * 29}…" in head(jane)


def test_what_staff_may_not_see_is_not_named(head, staff_with, jane):
    patch(jane, app_metadata={"plan": "platinum"})

    assert "platinum" not in head(jane, staff_with("view_user"))


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
            "Chrome",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1 Version/17.5 Safari/605.1", "Safari"),
        ("python-httpx/0.27", ""),
        ("", ""),
    ],
)
def test_the_browser_is_named(header, name):
    assert browser_name(header) == name
