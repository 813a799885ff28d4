"""The page of the indexed keys, and the advice beneath a search that reads everybody."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string

from tests.web.pages import open_page
from users.admin.user_list.index_advice import slow_search_context
from users.lucene.parser import Implicit
from users.models import IndexedKey, Job
from users.rights.actor import staff_actor
from users.search.full_scans import find_slow_keys

KEYS = "/admin/indexed-keys/"


@pytest.fixture
def desk(browser, administrator):
    return lambda: open_page(browser(administrator), KEYS)


def test_only_administrators_see_it_and_its_link(browser, agent, administrator, desk):
    for method in ("get", "post"):
        assert (
            getattr(browser(agent), method)(KEYS, {"key": "app_metadata.a", "do": "index"}).status_code == 403
        )
    assert not IndexedKey.objects.exists()
    assert f'href="{KEYS}"' in open_page(browser(administrator), "/admin/metadata/").html
    assert f'href="{KEYS}"' not in open_page(browser(agent), "/admin/metadata/").html
    assert desk().inline == []


def test_a_key_is_indexed_dropped_and_tried_again(desk):
    page = desk().press("Index this key", key="app_metadata.credits")

    assert "app_metadata.credits is being indexed." in page.text
    assert "Waiting" in page.text
    assert 'data-live="on"' in page.html

    Job.objects.update(status="failed", details="No <room>.")
    page = desk()
    assert "Failed" in page.text
    assert "No &lt;room&gt;." in page.html
    assert "live.js" not in page.html

    page = page.press("Try again")
    assert "app_metadata.credits is being indexed." in page.text

    page = page.press("Drop")
    assert "The indexes of app_metadata.credits are being dropped." in page.text
    assert page.buttons.isdisjoint({"Drop", "Try again"})


def test_it_says_what_each_costs_and_whether_it_is_of_use(desk, index_key):
    assert "No indexed keys yet" in desk().text
    key = index_key("app_metadata", ("credits",), "number")

    assert "Ready" in desk().text
    assert "Never" in desk().text

    Job.objects.create(kind=Job.Kind.INDEXED_KEY, status="processing", done=50, total=200)
    IndexedKey.objects.filter(pk=key.pk).update(
        last_used_on="2026-03-04", status="building", job=Job.objects.get()
    )
    page = desk()
    assert "25 %" in page.text
    assert "2026-03-04" in page.html


def test_what_cannot_be_is_told_and_changes_nothing(desk):
    page = desk().press("Index this key", key="credits")

    assert "Name a metadata key, such as user_metadata.key or app_metadata.key" in page.text
    assert not IndexedKey.objects.exists()


# Advice


def advised(member, text):
    actor = staff_actor(member)
    slow = find_slow_keys(text, actor, implicit=Implicit.AND)
    return render_to_string("users/admin/advice.html", slow_search_context(actor, slow))


def test_a_slow_search_offers_an_index_to_those_who_may_add_one(agent, administrator, browser):
    text = "app_metadata.credits:[1 TO 5] _exists_:user_metadata.<b>"

    for_administrator = advised(administrator, text)

    assert advised(agent, text).strip() == ""
    assert "no index covers <code>app_metadata.credits</code>" in for_administrator
    assert 'name="key" value="app_metadata.credits"' in for_administrator
    assert 'name="kind" value="number"' in for_administrator
    assert "user_metadata.&lt;b&gt;" in for_administrator

    sent = {"do": "index", "key": "app_metadata.credits", "kind": "number"}
    page = browser(administrator).post(KEYS, sent, follow=True)
    assert page.redirect_chain == [(KEYS, 302)]
    assert IndexedKey.objects.get().kind == "number"
    assert "Its index is being built." in advised(administrator, text)


def test_where_indexes_serve_or_nothing_would_help_there_is_no_advice(administrator, index_key):
    index_key("app_metadata", ("credits",), "number")

    for text in (
        "jane",
        "",
        "app_metadata.credits:[1 TO 5]",
        "NOT app_metadata.a:[1 TO 5]",
        "user_metadata.city:*slo*",
    ):
        assert advised(administrator, text).strip() == "", text
