"""The pages of the users list: sorted, read on by key, counted to a limit, and cheap at any depth."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.admin.conftest import LIST, found, set_moment
from tests.web.pages import Page
from users.admin.user_list import page as list_page
from users.models import User
from users.models.write_guard import allow_account_writes
from users.search import indexed_keys as search_keys


@pytest.fixture
def walk(browser, monkeypatch):
    """All pages of a list, three rows each, by the link of that name."""
    monkeypatch.setattr(list_page, "PAGE_SIZE", 3)

    def go(member, link="next", between=lambda: None, **parameters) -> list[Page]:
        visitor = browser(member)
        answer = visitor.get(LIST, parameters)
        pages = [Page(visitor, answer, LIST)]
        while following := re.findall(rf'href="([^"]+)" rel="{link}"', pages[-1].html):
            between()
            pages.append(Page(visitor, visitor.get(LIST + html.unescape(following[0])), LIST))
        return pages

    return go


@pytest.mark.parametrize(
    ("column", "names"),
    [
        pytest.param("User", ["agent", "alice", "bob", "carol"], id="by address"),
        pytest.param("Sign-ins", ["agent", "bob", "alice", "carol"], id="most sign-ins first"),
        pytest.param("Last sign-in", ["agent", "alice", "bob", "carol"], id="last seen first"),
        pytest.param("Created", ["agent", "alice", "bob", "carol"], id="oldest first"),
    ],
)
def test_headings_sort_and_turn_round_with_empty_ones_last(listing, agent, make_user, column, names):
    now = timezone.now()
    set_moment(agent, created_at=now - timedelta(hours=9), logins_count=9, last_login=now)
    for hours, (name, logins, seen) in enumerate(
        [("alice", 1, now - timedelta(days=1)), ("bob", 2, now - timedelta(days=2)), ("carol", 0, None)]
    ):
        at = now - timedelta(hours=8 - hours)
        set_moment(make_user(name), logins_count=logins, last_login=seen, created_at=at)

    def press(page: Page) -> Page:
        [order] = re.findall(rf'<a href="\?sort=([^"&]+)">{column}', page.html)
        return listing(agent, sort=html.unescape(order).replace("%3A", ":"))

    once = press(listing(agent))
    twice = press(once)

    empty = ["carol"] if column == "Last sign-in" else []
    turned = [name for name in names[::-1] if name not in empty] + empty
    assert [found(once), found(twice)] == [names, turned]
    assert once.html.count("aria-sort=") == 1


def test_only_what_an_index_backs_is_offered_for_sorting(listing, agent, jane):
    offered = re.findall(r'<a href="\?sort=(\w+)', listing(agent).html)

    assert set(offered) == {"email", "logins_count", "last_login", "created_at"}


@pytest.mark.parametrize("sort", ["app_metadata.plan:1", "password:1", "email", "email:2", "-email", "x"])
def test_another_order_is_none(listing, agent, make_user, sort):
    make_user("alice")

    assert found(listing(agent, sort=sort)) == ["alice", "agent"]


@pytest.mark.parametrize("sort", ["", "email:1", "logins_count:-1", "last_login:-1", "last_login:1"])
@pytest.mark.parametrize("q", ["", "email:e*"])
def test_pages_lead_through_everybody_once_and_back(walk, agent, make_user, sort, q):
    for number in range(7):
        seen = timezone.now() - timedelta(days=number) if number % 2 else None
        set_moment(make_user(f"e{number}"), last_login=seen, logins_count=number // 3)

    pages = walk(agent, sort=sort, q=q)
    rows = [found(page) for page in pages]

    assert [len(page) for page in rows] == ([3, 3, 2] if not q else [3, 3, 1])
    assert len({name for page in rows for name in page}) == sum(map(len, rows))
    assert "4–6 of" in pages[1].text
    [last] = re.findall(r'href="([^"]+)" rel="prev"', pages[2].html)
    before = Page(pages[2].browser, pages[2].browser.get(LIST + html.unescape(last)), LIST)
    assert found(before) == rows[1]
    [first] = re.findall(r'href="([^"]+)" rel="prev"', before.html)
    beginning = Page(before.browser, before.browser.get(LIST + html.unescape(first)), LIST)
    assert found(beginning) == rows[0]
    assert 'rel="prev"' not in beginning.html


def test_who_comes_or_goes_meanwhile_neither_repeats_nor_hides_anybody(walk, agent, make_user):
    there = {f"old{number}" for number in range(8)}
    for name in sorted(there):
        make_user(name)
    made = iter(range(100))

    def between() -> None:
        make_user(f"new{next(made)}")
        with allow_account_writes():
            User.objects.filter(email="old6@example.com").delete()

    seen = [name for page in walk(agent, between=between) for name in found(page)]

    assert len(seen) == len(set(seen))
    assert there <= set(seen)
    assert not [name for name in seen if name.startswith("new")]


@pytest.mark.parametrize("sort", ["user_metadata.n:1", "user_metadata.n:-1", "user_metadata.t:1"])
def test_by_an_indexed_key_whoever_lacks_it_last(walk, listing, agent, make_user, index_key, sort):
    values = [0.1 + 0.2, 3, 3, 2**53, "x", None, -1, 1e300]
    for number, value in enumerate(values):
        make_user(f"e{number}", user_metadata={"n": value, "t": f"ü{value}"} if value is not None else {})
    column = sort.partition(":")[0]
    assert f"sort={column}%3A" not in listing(agent, column=column).html
    index_key("user_metadata", ("n",), "number")
    index_key("user_metadata", ("t",), "text")

    pages = walk(agent, sort=sort, column=column)

    names = [name for page in pages for name in found(page)]
    assert f"sort={column}%3A" in pages[0].html
    if column == "user_metadata.n":
        ordered = [6, 0, 1, 2, 3, 7]
        lacking = ["agent", "e4", "e5"]
        if sort.endswith("-1"):
            ordered, lacking = [6, 0, 1, 2, 3, 7][::-1], lacking[::-1]
        assert names == [f"e{number}" for number in ordered] + lacking
    else:
        assert len(names) == len(set(names)) == 9
        assert set(names[-2:]) == {"agent", "e5"}


def test_who_may_not_see_a_key_may_not_sort_by_it(listing, staff_with, make_user, index_key):
    index_key("app_metadata", ("n",), "number")
    viewer = staff_with("view_user")
    for number in (2, 1, 3):
        make_user(f"e{number}", app_metadata={"n": number})

    for direction in ("1", "-1"):
        assert found(listing(viewer, sort=f"app_metadata.n:{direction}", q="email:e*")) == ["e3", "e1", "e2"]


@pytest.mark.parametrize("cursor", ["x", "", "WzEsMV0", "99"])
def test_a_cursor_made_up_is_none(listing, agent, jane, cursor):
    for name in ("after", "before"):
        assert found(listing(agent, **{name: cursor})) == ["jane.doe", "agent"]


def test_a_cursor_of_another_order_is_none(walk, listing, agent, make_user):
    for number in range(5):
        make_user(f"e{number}")
    [after] = re.findall(r'after=([^"&]+)" rel="next"', walk(agent)[0].html)

    assert found(listing(agent, sort="email:1", after=after.replace("%3A", ":")))[0] == "agent"


def test_fifty_a_page(listing, agent, crowd):
    crowd(60)

    page = listing(agent)

    assert len(found(page)) == 50
    assert "1–50 of 61" in page.text


def test_counting_stops_at_the_cap_and_pages_do_not(walk, agent, make_user, monkeypatch):
    monkeypatch.setattr(list_page, "SMALL_RESULT", 4)
    for number in range(7):
        make_user(f"e{number}")

    with CaptureQueriesContext(database) as captured:
        pages = walk(agent, q="email:e*")

    counts = [
        query["sql"] for query in captured if "COUNT(" in query["sql"] and "users_job" not in query["sql"]
    ]
    assert "4+ users match" in pages[0].text
    assert "7–7 of 4+" in pages[2].text
    assert len(counts) == 3
    assert all("LIMIT 5" in count for count in counts)


def test_a_count_at_the_cap_is_exact(listing, agent, make_user, monkeypatch):
    monkeypatch.setattr(list_page, "SMALL_RESULT", 2)
    make_user()

    page = listing(agent)

    assert "1–2 of 2" in page.text


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({}, id="plain"),
        pytest.param({"q": "person"}, id="words"),
        pytest.param({"q": "user_metadata.number:[0 TO *]"}, id="query"),
        pytest.param({"status": "active", "created": "7"}, id="filters"),
        pytest.param({"sort": "logins_count:-1"}, id="sorted"),
        pytest.param({"column": ["user_metadata.number", "connection", "app_metadata.plan"]}, id="columns"),
    ],
)
def test_a_thousand_users_cost_no_more_queries_than_ten(browser, agent, crowd, parameters, monkeypatch):
    monkeypatch.setattr(search_keys._ready, "_seconds", 600.0)
    member = browser(agent)
    member.get(LIST)  # whatever is remembered is remembered now

    def queries() -> int:
        with CaptureQueriesContext(database) as captured:
            assert member.get(LIST, parameters).status_code == 200
        return len([query for query in captured if " FROM " in query["sql"]])

    crowd(10)
    few = queries()
    with allow_account_writes():
        User.objects.filter(email__startswith="person").delete()
    crowd(1000)

    # On SQLite, how many users have the words, which decides how they are looked up: for the count, and for
    # a page that is read in order. Few users are looked up for the page as they are counted.
    probes = parameters.get("q") == "person" and database.vendor == "sqlite"
    assert few == QUERIES + probes
    assert queries() == few + probes


# The session, the member, their rights (own and by groups), the connections, the segments with their counts,
# the count, the page and the running jobs of the sidebar.
QUERIES = 9
