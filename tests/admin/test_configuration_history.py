"""The History tab: who changed a configuration object, when, and from what to what."""

from __future__ import annotations

import html
import re

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.web.pages import open_page
from users.actions.search_setup.indexed_keys import drop_key, index_key
from users.actions.search_setup.segments import SegmentData, create_segment, edit_segment
from users.actions.webhooks import create_webhook, delete_webhook, edit_webhook, rotate_secret
from users.admin.configuration_history import PAGE_SIZE
from users.models import Webhook
from users.rights.actor import command_actor, staff_actor

SHELL = command_actor("tests")
WEBHOOKS, SEGMENTS, KEYS = "/admin/webhooks/", "/admin/segments/", "/admin/indexed-keys/"


@pytest.fixture
def hook(db) -> Webhook:
    return create_webhook(actor=SHELL, url="https://example.com/t0ken", types=["user.created"])[0]


@pytest.fixture
def desk(browser, administrator):
    visitor = browser(administrator)
    return lambda address: open_page(visitor, address)


def history_of(hook: Webhook, query: str = "") -> str:
    return f"{WEBHOOKS}{hook.webhook_id}/?tab=history{query}"


def test_it_says_who_changed_what_from_what_to_what(desk, hook, administrator):
    page = desk(f"{WEBHOOKS}{hook.webhook_id}/?tab=settings")
    page.press("Save", description="<b>CRM</b>", url="https://example.com/0ther")

    page = desk(history_of(hook))

    assert "admin@example.com changed example.com" in page.text
    assert f'href="/admin/users/user/{administrator.pk}/change/"' in page.html
    assert "&lt;b&gt;CRM&lt;/b&gt;" in page.html
    assert "<b>CRM" not in page.html
    assert "&lt;b&gt;CRM" in page.html
    assert "url https://example.com/(secret) → https://example.com/(new secret)" in page.text
    assert "tests created example.com" in page.text
    assert "Command line" in page.text
    assert "127.0.0.1" in page.text
    assert re.search(r"request \w+", page.text)
    history = page.html.partition('<ol class="timeline')[2]
    assert "t0ken" not in history
    assert "0ther" not in history
    assert page.inline == []


def test_a_new_secret_is_in_it_and_its_value_is_not(desk, hook):
    secret = rotate_secret(hook, actor=SHELL)

    page = desk(history_of(hook))

    assert "tests made a new secret for example.com" in page.text
    assert secret not in page.html


def test_the_list_has_the_history_of_all_those_deleted_included(desk, hook):
    create_webhook(actor=SHELL, url="https://other.example/hook", types=["user.created"])
    delete_webhook(hook, actor=SHELL)

    page = desk(f"{WEBHOOKS}?tab=history")

    assert "tests deleted example.com" in page.text
    assert "tests created other.example" in page.text


@pytest.mark.parametrize("who", ["agent", "supporter", "jane"])
def test_of_webhooks_and_keys_it_is_for_administrators(browser, hook, request, who):
    visitor = browser(request.getfixturevalue(who))

    for address in (f"{WEBHOOKS}?tab=history", history_of(hook), f"{KEYS}?tab=history"):
        assert visitor.get(address, follow=True).status_code == 403


def test_pages_lead_to_what_is_older_and_back(desk, hook):
    for number in range(PAGE_SIZE):
        edit_webhook(hook, {"description": f"number {number}"}, actor=SHELL)

    page = desk(history_of(hook))
    [older] = re.findall(r'href="([^"]+)">Older', page.html)
    oldest = desk(f"{WEBHOOKS}{hook.webhook_id}/{html.unescape(older)}")

    assert page.html.count('<div class="event-end">') == PAGE_SIZE
    assert oldest.html.count('<div class="event-end">') == 1
    assert "created example.com" in oldest.text
    assert "Newest" in oldest.text
    assert desk(history_of(hook, "&before=x")).html.count('<div class="event-end">') == PAGE_SIZE


def test_it_costs_the_same_for_few_and_many(desk, hook, agent, make_user):
    def cost() -> int:
        with CaptureQueriesContext(database) as captured:
            desk(history_of(hook))
        return len(captured)

    edit_webhook(hook, {"description": "x"}, actor=SHELL)
    desk(history_of(hook))
    few = cost()
    root = staff_actor(make_user("root", is_superuser=True))
    for number in range(20):
        edit_webhook(hook, {"description": f"{number}"}, actor=root if number % 2 else SHELL)

    assert cost() - few <= 1  # the users who did it, once


class TestSegments:
    def test_all_who_may_use_one_see_its_history(self, browser, agent, administrator):
        segment = create_segment(SegmentData("Trial", "name:a", is_shared=True), actor=staff_actor(agent))
        edit_segment(
            segment, SegmentData("Trial", "name:b", is_shared=True), actor=staff_actor(administrator)
        )

        page = open_page(browser(agent), f"{SEGMENTS}{segment.segment_id}/?tab=history")

        assert "query name:a → name:b" in page.text
        assert "Save segment" not in page.buttons

    def test_what_a_query_asked_about_is_hidden_from_those_who_may_not_see_it(
        self, browser, staff_with, administrator
    ):
        actor = staff_actor(administrator)
        segment = create_segment(SegmentData("Trial", "app_metadata.plan:gold", is_shared=True), actor=actor)
        edit_segment(segment, SegmentData("Trial", "name:b", is_shared=True), actor=actor)

        page = open_page(browser(staff_with("view_user")), f"{SEGMENTS}{segment.segment_id}/?tab=history")

        assert "gold" not in page.html
        assert "plan" not in page.html.partition('<ol class="timeline"')[2]
        assert "query changed. It asks about what you may not see." in page.text

    def test_of_anothers_own_there_is_none(self, browser, agent, administrator):
        segment = create_segment(SegmentData("Mine", "name:a"), actor=staff_actor(agent))

        visitor = browser(administrator)

        assert visitor.get(f"{SEGMENTS}{segment.segment_id}/?tab=history").status_code == 404

    def test_a_new_one_has_no_history(self, desk):
        page = desk(f"{SEGMENTS}new/?tab=history")

        assert "History" not in page.text
        assert "Save segment" in page.buttons


class TestIndexedKeys:
    def test_dropped_ones_are_in_it(self, desk):
        drop_key(index_key("app_metadata.credits", "number", actor=SHELL), actor=SHELL)

        page = desk(f"{KEYS}?tab=history")

        assert "tests deleted app_metadata.credits" in page.text
        assert "tests created app_metadata.credits" in page.text

    def test_keys_that_one_may_not_see_are_not(self, browser, staff_with):
        index_key("app_metadata.credits", "number", actor=SHELL)
        index_key("user_metadata.city", "text", actor=SHELL)

        page = open_page(browser(staff_with("view_user", "administer")), f"{KEYS}?tab=history")

        assert "user_metadata.city" in page.text
        assert "credits" not in page.html


def test_the_log_names_the_object_and_leads_to_its_history(desk, hook, agent, administrator):
    edit_webhook(hook, {"description": "CRM"}, actor=staff_actor(administrator))
    own = create_segment(SegmentData("Mine", "name:a"), actor=staff_actor(agent))
    gone, _ = create_webhook(actor=SHELL, url="https://other.example/", types=["user.created"])
    delete_webhook(gone, actor=SHELL)

    page = desk("/admin/log/")

    assert f"Update a webhook Webhook {hook.webhook_id} admin@example.com" in page.text
    assert f"Create a webhook Webhook {hook.webhook_id} tests" in page.text
    assert f'href="/admin/webhooks/{hook.webhook_id}/?tab=history"' in page.html
    assert f"Create a segment Segment {own.segment_id} agent@example.com" in page.text
    assert f"{own.segment_id}/" not in page.html
    assert 'href="/admin/webhooks/?tab=history"' in page.html
    assert f"{gone.webhook_id}/" not in page.html
