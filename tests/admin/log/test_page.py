"""The page of the log."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.web.pages import open_page
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.notes import add_note
from users.admin.log.page import PAGE_SIZE
from users.models import LogEvent
from users.querying.errors import SearchTimeout
from users.rights.actor import staff_actor

LOG = "/admin/log/"


@pytest.fixture
def desk(browser, administrator):
    """The page as an administrator meets it; their own sign-in is no part of the story."""
    visitor = browser(administrator)
    LogEvent.objects.all().delete()

    def look(address=LOG, **asked):
        return open_page(visitor, f"{address}?{urlencode(asked)}" if asked else address)

    return look


def make(type_, user=None, **columns):
    if user is not None:
        columns |= {"user_id": user.user_id, "user_name": user.email}
    return LogEvent.objects.create(**({"at": timezone.now(), "type": type_, "description": "x"} | columns))


def listed(page):
    return re.findall(r'<li data-type="(\w+)">', page.html)


@pytest.mark.parametrize("who", ["agent", "supporter", "jane"])
def test_it_is_for_administrators(browser, who, request):
    page = open_page(browser(request.getfixturevalue(who)), LOG)

    assert page.status == 403
    assert f'href="{LOG}"' not in open_page(page.browser, "/admin/users/user/").html


def test_it_says_in_words_what_happened_to_whom(desk, agent, jane):
    make("fp", jane, ip="192.0.2.7", description="Failed sign-in: wrong password")
    make("f", jane, description="user is blocked")
    edit = Edit(documents={"user_metadata": Patch({"hobby": "chess"})})
    edit_user(jane, edit, actor=staff_actor(agent), reason="Asked by phone")

    page = desk()

    assert listed(page)[:3] == ["sapi", "f", "fp"]
    for words in (
        "Update a User jane.doe@example.com agent@example.com",
        "Failed sign-in : user is blocked jane.doe@example.com",
        "Failed sign-in: wrong password jane.doe@example.com 192.0.2.7",
    ):
        assert words in page.text
    assert f'href="/admin/users/user/{jane.pk}/change/"' in page.html
    assert "&quot;reason&quot;: &quot;Asked by phone&quot;" in page.html


def test_a_note_names_whom_it_is_about_and_a_deleted_user_is_named_by_email(desk, agent, administrator, jane):
    add_note(jane, "Called about the invoice", actor=staff_actor(agent))
    page = desk()
    assert f"Add a note User {jane.user_id} agent@example.com" in page.text
    assert "invoice" not in page.html

    delete_user(jane, actor=staff_actor(administrator))
    assert "Delete a User jane.doe@example.com admin@example.com" in desk().text


def test_who_is_no_more_has_no_link(desk):
    make("fu", user_name="<b>ghost</b>")

    page = desk()

    assert "&lt;b&gt;ghost&lt;/b&gt;" in page.html
    assert "/change/" not in page.html.partition('<ol class="log">')[2].partition("</li>")[0]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"type": "fp"}, ["fp"]),
        ({"user": "jane.doe@example.com", "type": "s"}, ["s"]),
        ({"client": "Shop"}, ["seccft"]),
        ({"client": "c1"}, ["seccft"]),
        ({"to": "2026-03-04"}, ["slo"]),
        ({"from": "2026-03-04", "to": "2026-03-04"}, ["slo"]),
        ({"q": "type:(s OR fp)"}, ["s", "fp"]),
        ({"q": "ip:192.0.2.7 type:fp"}, ["fp"]),
        ({"q": "user_name:nobody"}, []),
    ],
)
def test_filters_narrow_it(desk, jane, settings, asked, found):
    settings.LOG_DAYS = 0
    for number, (type_, columns) in enumerate(
        {
            "slo": {"at": "2026-03-04T23:59:59Z"},
            "seccft": {"client_id": "c1", "client_name": "Shop"},
            "fp": {"user": jane, "ip": "192.0.2.7"},
            "s": {"user": jane, "ip": "192.0.2.7"},
        }.items()
    ):
        make(type_, **({"at": timezone.now() + timedelta(seconds=number)} | columns))

    assert listed(desk(**asked)) == found


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"q": "typ:s"}, "Column 1: the log has no field typ; did you mean type?"),
        ({"q": "type:("}, "Column 7:"),
        ({"from": "soon"}, "A date is like 2026, 2026-03,"),
    ],
)
def test_a_query_that_is_none_is_told_and_stays_in_the_form(desk, asked, words):
    page = desk(**asked)

    assert page.status == 400
    assert words in page.text
    (name, text), *_ = asked.items()
    assert page.form("Show").fields[name] == [text]


def test_each_filter_in_use_is_a_chip_that_removes_it(desk):
    page = desk(type="fp", user="jane@example.com", q="x")

    assert "type Failed sign-in: wrong password" in page.text
    assert 'href="?user=jane%40example.com&amp;q=x"' in page.html
    assert 'href="?type=fp&amp;q=x" aria-label="Remove the filter user jane@example.com"' in page.html
    # A search keeps them.
    assert page.form("Show").hidden["user"] == ["jane@example.com"]


def test_details_lead_to_what_is_like_the_entry(desk, jane):
    make("fp", jane, ip="2001:db8::7", client_id="c 1")

    page = desk()

    assert f'href="?user={jane.user_id.replace("|", "%7C")}"' in page.html
    assert 'href="?client=c%201"' in page.html
    [by_ip] = re.findall(r'href="(\?q=ip:[^"]*)"', page.html)
    assert listed(desk(LOG + by_ip)) == ["fp"]


def test_one_that_takes_too_long_is_told_so(desk, monkeypatch):
    def too_slow(*_, **__):
        raise SearchTimeout

    monkeypatch.setattr("users.admin.log.page.time_limit", too_slow)

    assert "Choose a shorter period" in desk(q="type:s").text


def test_pages_lead_on_and_keep_the_filters(desk, jane):
    for number in range(2 * PAGE_SIZE + 1):
        make("s", jane, description=str(number))
    make("slo", jane)

    page, seen = desk(type="s"), []
    while True:
        seen += re.findall(r'<span class="quiet">: (\d+)</span>', page.html)
        link = re.search(r'href="(\?[^"]+)">\s*Older', page.html)
        if link is None:
            break
        page = desk(LOG + link[1].replace("&amp;", "&"))

    assert seen == [str(number) for number in reversed(range(2 * PAGE_SIZE + 1))]
    assert "Newest" in page.html.partition('href="?type=s"')[2]


def test_it_costs_as_much_for_many_as_for_few(desk, make_user):
    def cost():
        with CaptureQueriesContext(database) as queries:
            assert desk().status == 200
        return len(queries)

    for number in range(2):
        make("s", make_user(f"first-{number}"))
    few = cost()
    for number in range(20):
        make("s", make_user(f"then-{number}"))

    assert cost() == few


def test_an_empty_one_says_so(desk):
    assert "No log entries match." in desk(type="fv").text
