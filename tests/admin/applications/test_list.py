"""The list of applications."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.admin.applications.conftest import APPLICATIONS, SHELL, path
from tests.web.pages import open_page
from users.actions.access.clients import delete_client, edit_client
from users.actions.access.clients import make_client as create
from users.admin.applications import rows
from users.log.record import ClientContext, log_event
from users.models import Client


@pytest.mark.parametrize("who", ["agent", "supporter", "jane"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_pages_are_for_administrators(browser, shop, request, who, method):
    member = browser(request.getfixturevalue(who))
    before = Client.objects.values().get()
    addresses = ["", "new/", f"{shop.client_id}/", f"{shop.client_id}/secret/", f"{shop.client_id}/delete/"]

    for address in (*addresses, "no-such-id/"):
        answer = getattr(member, method)(
            f"{APPLICATIONS}{address}", {"name": "X", "app_type": "spa"}, follow=True
        )
        assert answer.status_code == 403, address
        assert "Lantern" not in answer.content.decode()
    assert Client.objects.values().get() == before


def test_the_sidebar_leads_administrators_there_and_no_one_else(browser, agent, desk):
    assert f'href="{APPLICATIONS}"' in desk("/admin/").html
    assert f'href="{APPLICATIONS}"' not in open_page(browser(agent), "/admin/").html


def test_an_empty_list_says_what_an_application_is(desk):
    page = desk()

    assert "No applications yet" in page.text
    assert "signs users in or calls an API" in page.text


def test_each_has_its_type_client_id_and_latest_activity(desk, shop, machine):
    edit_client(machine, {"is_first_party": False}, actor=SHELL)
    log_event("seccft", through=ClientContext.of(shop))

    page = desk()
    text = page.text

    assert page.html.count("<time ") == 1
    assert "Lantern Shop shop.example Regular web application" in text
    assert "crm-sync Calls APIs for itself Machine to machine Third-party" in text
    assert shop.client_id in text


def test_one_is_found_by_a_part_of_its_name_or_by_its_client_id(desk, shop, machine):
    assert "Lantern Shop" in desk(f"{APPLICATIONS}?q=TERN").text
    assert "crm-sync" not in desk(f"{APPLICATIONS}?q=TERN").text
    assert "crm-sync" in desk(f"{APPLICATIONS}?q={machine.client_id}").text
    assert "No application has this name" in desk(f"{APPLICATIONS}?q=zzz").text
    assert "No application has this name" in desk(f"{APPLICATIONS}?q=%00").text


def test_a_revoked_one_is_not_listed_and_has_no_page(desk, shop):
    Client.objects.update(is_revoked=True)

    assert "Lantern" not in desk().text
    assert desk(path(shop)).status == 404
    assert desk(path(shop, "secret/")).status == 404


def test_a_page_has_a_bounded_number_and_leads_to_the_next(desk, monkeypatch, shop, spa, machine):
    monkeypatch.setattr(rows, "PAGE_SIZE", 2)
    first = desk()

    assert "crm-sync" in first.text
    assert "Help centre" in first.text
    assert "Lantern" not in first.text
    [after] = [link for link in first.html.split('"') if "after=" in link]
    second = desk(f"{APPLICATIONS}{after.replace('&amp;', '&')}")
    assert "Lantern" in second.text
    assert "crm-sync" not in second.text


def test_ten_take_the_queries_of_one(desk, shop, connection):
    def count() -> int:
        with CaptureQueriesContext(database) as captured:
            desk()
        return len(captured)

    desk()
    one = count()
    for number in range(9):
        create(actor=SHELL, name=f"Shop {number}", app_type="spa")

    assert count() == one


def test_the_history_also_names_the_deleted(desk, shop):
    delete_client(shop.client_id, actor=SHELL)

    assert "deleted Lantern Shop" in desk(f"{APPLICATIONS}?tab=history").text
