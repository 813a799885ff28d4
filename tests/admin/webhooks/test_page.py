"""The pages of webhooks: for administrators; made, changed, tried, sent again and deleted there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.web.pages import Page, open_page
from users.actions.account.delete_user import delete_user
from users.actions.webhooks import create_webhook
from users.admin.webhooks.page import PAGE_SIZE
from users.events.webhook_secrets import active_secrets
from users.models import Change, Delivery, DeliveryCount, Webhook
from users.rights.actor import command_actor

SHELL = command_actor("tests")
WEBHOOKS = "/admin/webhooks/"
URL = "https://example.com/hook"


@pytest.fixture
def hook(db) -> Webhook:
    return create_webhook(actor=SHELL, url=URL, types=["user.created"])[0]


@pytest.fixture
def desk(browser, administrator):
    return lambda address=WEBHOOKS: open_page(browser(administrator), address)


def path(hook: Webhook, query: str = "") -> str:
    return f"{WEBHOOKS}{hook.webhook_id}/{query}"


def settings_of(desk, hook) -> Page:
    return desk(path(hook, "?tab=settings"))


@pytest.mark.parametrize("who", ["agent", "supporter", "jane"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_they_are_for_administrators(browser, hook, request, who, method):
    member = browser(request.getfixturevalue(who))

    for address in (WEBHOOKS, f"{WEBHOOKS}add/", path(hook)):
        answer = getattr(member, method)(address, {"do": "delete"}, follow=True)
        assert answer.status_code == 403, address
        assert URL not in answer.content.decode()
    assert Webhook.objects.get().position == hook.position


def test_the_side_bar_leads_administrators_there_and_nobody_else(browser, agent, desk):
    assert f'href="{WEBHOOKS}"' in desk("/admin/users/user/").html
    assert f'href="{WEBHOOKS}"' not in open_page(browser(agent), "/admin/users/user/").html


def test_a_new_one_shows_its_secret_once(desk, administrator):
    assert "No webhooks yet" in desk().text
    page = desk(f"{WEBHOOKS}add/").press(
        "Add webhook",
        url=URL,
        types=["user.blocked"],
        values="app_metadata.plan\n\n app_metadata.plan \nprofile",
    )
    hook = Webhook.objects.get()
    [secret] = re.findall(r"<pre class=\"json\">(whsec_[\w+/=]+)</pre>", page.html)

    assert active_secrets(hook, timezone.now()) == [secret]
    assert "no-store" in page.response["Cache-Control"]
    assert (hook.url, hook.types, hook.only, hook.values) == (
        URL,
        ["user.blocked"],
        [],
        ["app_metadata.plan", "profile"],
    )
    assert hook.made_by == str(administrator)
    for address in (WEBHOOKS, path(hook), path(hook, "?tab=settings")):
        assert secret not in desk(address).html
    assert URL in desk().text


def test_mistakes_are_shown_at_their_field_and_what_was_typed_stays(desk):
    page = desk(f"{WEBHOOKS}add/").press("Add webhook", url="https://10.0.0.1/hook", types=[], only="plan")

    assert page.status == 422
    assert "Choose at least one." in page.text
    assert "plan is not a part of a user" in page.text
    assert 'value="https://10.0.0.1/hook"' in page.html
    page = page.press("Add webhook", types=["user.created"], only="")
    assert "private network" in page.text
    assert not Webhook.objects.exists()


def test_settings_are_kept(desk, hook):
    page = settings_of(desk, hook).press("Save", description="CRM", only="profile", url=f"{URL}/2")

    assert "Saved." in page.text
    kept = Webhook.objects.get()
    assert (kept.url, kept.description, kept.only, kept.types) == (
        f"{URL}/2",
        "CRM",
        ["profile"],
        ["user.created"],
    )
    page = settings_of(desk, hook).press("Save", url="http://example.com/")
    assert "must begin with https://" in page.text
    assert Webhook.objects.get().url == f"{URL}/2"


def test_it_can_be_switched_off(desk, hook):
    page = settings_of(desk, hook)
    data = page.data("Save")
    del data["is_enabled"]
    page.browser.post(path(hook), data)

    assert not Webhook.objects.get().is_enabled
    assert "Off" in desk().text
    assert "Send a test event" not in desk(path(hook)).buttons


def test_a_new_secret_is_shown_once(desk, hook):
    page = settings_of(desk, hook).press("Create new secret")

    assert "whsec_" in page.text
    assert "For 24 hours requests are also signed with the previous secret" in page.text
    assert "The previous one is used until" in settings_of(desk, hook).text


def test_a_test_event_is_on_its_way(desk, hook):
    page = desk(path(hook)).press("Send a test event")

    assert "webhook.test" in page.text
    assert "live.js" in page.html
    assert Delivery.objects.get().type == "webhook.test"


def test_an_event_of_an_earlier_user_does_not_lead_to_a_later_one_with_the_same_id(desk, hook, make_user):
    earlier = make_user("earlier", bare_id="reused")
    line = Change.objects.get(subject=earlier.user_id)
    delete_user(earlier, actor=command_actor("tests"))
    later = make_user("later", bare_id="reused")
    for number, change in enumerate((line, Change.objects.filter(subject=later.user_id).first())):
        Delivery.objects.create(
            webhook=hook, number=number, change=change, type="user.created", subject=later.user_id
        )

    assert desk(path(hook)).html.count("reused/change/") == 1


def test_what_failed_is_sent_again_one_or_all(desk, hook, jane):
    for number in range(3):
        Delivery.objects.create(
            webhook=hook,
            number=number,
            type="user.updated",
            subject=jane.user_id if number else "auth0|gone",
            status="failed",
            attempts=7,
            milliseconds=12,
            code=500,
            error="The receiver answered 500. <b>oops</b>",
        )

    assert path(hook, "?status=failed") in desk().html
    page = desk(path(hook, "?status=failed"))
    assert "&lt;b&gt;oops" in page.html
    assert "7 attempts" in page.text
    assert jane.user_id.partition("|")[2] in "".join(
        re.findall(r'href="/admin/users/user/([^"]+)', page.html)
    )
    assert "auth0|gone" in page.text
    assert "gone/change" not in page.html
    assert page.inline == []
    page.press("Send again")
    assert Delivery.objects.filter(status="pending").count() == 1
    page = desk(path(hook)).press("Send all failed again")
    assert "2 are being sent again." in page.text
    assert "Send all failed again" not in page.buttons
    assert not Delivery.objects.exclude(status="pending").exists()


def test_what_was_delivered_is_sent_again_too(desk, hook):
    Delivery.objects.create(
        webhook=hook, number=1, type="user.updated", status="delivered", attempts=1, milliseconds=9, code=200
    )

    page = desk(path(hook))
    assert "Send all failed again" not in page.buttons
    assert "It is being sent again." in page.press("Send again").text
    assert (Delivery.objects.get().status, Delivery.objects.get().attempts) == ("pending", 0)


def test_of_a_receiver_that_is_down_the_page_says_when_it_is_tried_again(desk, hook):
    Delivery.objects.create(
        webhook=hook, number=1, type="user.updated", attempts=3, milliseconds=9, error="No answer."
    )
    Webhook.objects.update(failures=3, due_at=timezone.now() + timedelta(minutes=10, seconds=30))

    page = desk(path(hook))
    assert "Next attempt: in 10 minutes" in page.text
    page.press("Send all failed again")

    assert Webhook.objects.get().due_at <= timezone.now()
    assert Delivery.objects.get().due_at <= timezone.now()


def test_deleting_it_leaves_nothing(desk, hook):
    page = settings_of(desk, hook).press("Delete webhook")

    assert f"The webhook to {URL} is deleted." in page.text
    assert not Webhook.objects.exists()
    assert desk(path(hook)).status == 404


def test_many_deliveries_come_in_pages_at_no_more_cost(browser, administrator, hook):
    at_work = browser(administrator)

    def count() -> int:
        with CaptureQueriesContext(database) as captured:
            assert at_work.get(path(hook)).status_code == 200
        return len(captured)

    Delivery.objects.create(webhook=hook, type="user.created", subject="auth0|first")
    few = count()
    Delivery.objects.bulk_create(
        Delivery(webhook=hook, number=number, type="user.created", subject=f"auth0|{number}")
        for number in range(PAGE_SIZE)
    )
    page = open_page(at_work, path(hook))
    [older] = re.findall(r'href="(\?status=&amp;before=[^"]+)"', page.html)

    assert count() == few
    assert "auth0|first" not in page.html
    assert "auth0|first" in open_page(at_work, path(hook, older.replace("&amp;", "&"))).html
    for odd in ("?before=x", "?before=%00", "?status=nonsense", "?before=99999999999999999999"):
        assert at_work.get(path(hook, odd)).status_code == 200


class TestDelivery:
    """The page of one delivery."""

    @pytest.fixture
    def delivery(self, hook, jane):
        return Delivery.objects.create(
            webhook=hook,
            type="user.updated",
            subject=jane.user_id,
            status="failed",
            attempts=3,
            attempted_at=timezone.now(),
            milliseconds=1234,
            code=422,
            error="The receiver answered 422. <b>oops</b>",
            request_body='{"data":{"name":"<b>Jane</b>"}}',
            response_headers={"Server": "<b>nginx</b>"},
            response_body="<script>alert(1)</script>",
        )

    def test_it_shows_what_was_sent_and_answered_as_text(self, desk, hook, delivery):
        page = desk(path(hook, f"deliveries/{delivery.pk}/"))

        assert '"name": "<b>Jane</b>"' in page.text
        for words in ("Server <b>nginx</b>", "<script>alert(1)</script>", "422", "1,234 ms"):
            assert words in page.text
        assert "<script>alert" not in page.html
        assert "<b>Jane" not in page.html
        assert page.inline == []

    def test_json_that_is_no_unicode_is_shown_as_it_was_sent(self, desk, hook, delivery):
        Delivery.objects.update(response_body='{"plan": "\\ud800 für 😀"}')

        page = desk(path(hook, f"deliveries/{delivery.pk}/"))

        assert page.status == 200
        assert '"plan": "\\ud800 für 😀"' in page.text

    def test_it_is_sent_again_from_there(self, desk, hook, delivery):
        desk(path(hook, f"deliveries/{delivery.pk}/")).press("Send again")

        delivery.refresh_from_db()
        assert delivery.status == "pending"

    def test_it_is_for_administrators_who_may_see_both_documents(
        self, browser, hook, delivery, agent, staff_with
    ):
        for member in (agent, staff_with("view_user", "administer")):
            answer = browser(member).get(path(hook, f"deliveries/{delivery.pk}/"))
            assert answer.status_code == 403
            assert "oops" not in answer.content.decode()

    def test_it_is_not_reached_through_another_webhook(self, browser, administrator, delivery):
        other = create_webhook(actor=SHELL, url=URL, types=["user.created"])[0]

        assert browser(administrator).get(path(other, f"deliveries/{delivery.pk}/")).status_code == 404

    def test_what_was_not_stored_is_said(self, desk, hook, delivery):
        Delivery.objects.update(request_body=None, response_headers=None, response_body=None, code=None)

        page = desk(path(hook, f"deliveries/{delivery.pk}/"))

        assert "What was sent is not stored any more." in page.text
        assert "There was no answer." in page.text

    def test_a_list_does_not_read_what_was_sent(self, desk, hook, delivery):
        with CaptureQueriesContext(database) as queries:
            desk(path(hook))

        assert "request_body" not in str(queries.captured_queries)


class TestList:
    """The list of webhooks."""

    def test_it_shows_the_last_delivery_and_a_day_without_counting_deliveries(self, desk, hook):
        now = timezone.now().replace(minute=0, second=0, microsecond=0)
        for hours, delivered, failed in ((0, 1_200, 0), (5, 3, 2), (24, 99, 99)):
            DeliveryCount.objects.create(
                webhook=hook, hour=now - timedelta(hours=hours), delivered=delivered, failed=failed
            )
        for status, code in (("delivered", 204), ("failed", 500)):
            Delivery.objects.create(webhook=hook, type="user.created", status=status, code=code, attempts=1)

        with CaptureQueriesContext(database) as queries:
            page = desk()

        assert "1,203 attempts succeeded and 2 failed in the last 24 hours" in page.html
        assert page.html.count("<rect") == 4
        assert "Failed 500" in page.text
        assert "COUNT(*)" not in str(
            [query for query in queries.captured_queries if "delivery" in query["sql"]]
        )

    def test_it_costs_the_same_for_few_and_many(self, desk, hook):
        def cost() -> int:
            with CaptureQueriesContext(database) as queries:
                desk()
            return len(queries)

        few = cost()
        for _ in range(5):
            made = create_webhook(actor=SHELL, url=URL, types=["user.created"])[0]
            Delivery.objects.create(webhook=made, type="user.created")

        assert cost() == few


def test_the_second_of_two_edits_is_refused_and_shows_what_is_stored(desk, hook):
    page = settings_of(desk, hook)
    settings_of(desk, hook).press("Save", description="First")

    refused = page.press("Save", description="Second")

    assert refused.status == 422
    assert "Not saved: another user was first" in refused.text
    assert "<title>Error: " in refused.html
    assert "Description (optional) Saved now: First" in refused.text
    assert Webhook.objects.get().description == "First"
    # The second attempt is made against what is stored now.
    assert "Saved." in refused.press("Save").text
    assert Webhook.objects.get().description == "Second"


@pytest.mark.parametrize("button", ["Save", "Create new secret", "Delete webhook"])
def test_a_webhook_that_was_deleted_meanwhile_leads_to_the_list(desk, hook, button):
    page = settings_of(desk, hook)
    hook.delete()

    answer = page.press(button)

    assert "Webhooks" in answer.text
    assert Webhook.objects.count() == 0
