"""The search language in the box of the users list: what it finds, refuses and explains."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qsl, unquote_plus

import pytest

from tests.admin.conftest import LIST, found
from tests.metadata_map.conftest import survey
from tests.web.pages import Page
from users.admin.user_list import page as list_page
from users.admin.user_list import search_help
from users.admin.user_list.search_errors import draw_caret
from users.lucene.parser import _Parser
from users.querying.errors import SearchTimeout
from users.search.searchable_fields import FIELDS
from users.search.sql.emitter import Emitter

__all__ = ["survey"]


@pytest.fixture
def people(agent, make_user):
    make_user("jane.doe", name="Jane Doe", user_metadata={"age": 34}, app_metadata={"plan": "full"})
    make_user("janet", user_metadata={"age": 50}, app_metadata={"plan": "trial"})
    return agent


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("app_metadata.plan:full", ["jane.doe"]),
        ("jan app_metadata.plan:trial", ["janet"]),
        ("app_metadata.plan:(full OR trial) AND user_metadata.age:[30 TO 40]", ["jane.doe"]),
        ("jan -user_metadata.age:34", ["janet"]),
        ('"jane doe"', ["jane.doe"]),
        ("email:*anet*", ["janet"]),
    ],
)
def test_words_and_terms(listing, people, typed, names):
    page = listing(people, q=typed)

    assert found(page) == names
    assert page.form("Search").fields["q"] == [typed]


@pytest.mark.parametrize(
    "pasted",
    [
        "https://manage.auth0.com/dashboard/eu/acme/users/auth0%7C507f1f77bcf86cd799439020",
        "auth0|x(y",
        'auth0|x"',
        "9 " * 2000,
        "0221/45 56 77",
        "Stranger <stranger@example.org>",
    ],
)
def test_what_is_pasted_of_a_stranger_finds_nobody(listing, people, pasted):
    assert found(listing(people, q=pasted)) == []


def test_a_key_that_nobody_has_is_told_of_where_nobody_is_found(listing, people, survey, staff_with):
    typed = "jan app_metadata.plam:full OR user_metadata.plan:x OR app_metadata.zzzzz:1"
    assert "metadata map does not contain" not in listing(people, q=typed).text
    survey("metadata_sample")

    page = listing(people, q=typed)
    assert "does not contain app_metadata.plam ; did you mean app_metadata.plan ?" in page.text
    assert "does not contain user_metadata.plan ; did you mean app_metadata.plan ?" in page.text
    assert "does not contain app_metadata.zzzzz ." in page.text
    assert "read everybody" not in page.text
    [leads_to, _] = re.findall(r'did you mean <a href="\?q=([^"]+)"', page.html)
    assert unquote_plus(leads_to) == typed.replace("plam", "plan")

    assert "does not contain" not in listing(people, q="app_metadata.plan:none").text
    assert "did you mean" not in listing(staff_with("view_user"), q="jan app_metadata.plam:full").text


def test_a_bad_query_keeps_what_was_typed_lists_nobody_and_says_where(listing, people):
    page = listing(people, q="email:(jane", status="active")

    assert page.status == 422
    assert page.form("Search").fields["q"] == ["email:(jane"]
    assert found(page) == []
    assert "Can't read the search at character 7: this parenthesis is never closed." in page.text
    assert "email:(jane\n      ^" in page.html
    [described] = re.findall(r'id="searchbar"[^>]*aria-describedby="(\w+)"', page.html)
    assert re.search(rf'id="{described}" role="alert"', page.html)
    assert 'aria-label="Remove the filter Status: Active"' in page.html


@pytest.mark.parametrize(
    ("text", "column", "drawn"),
    [
        ("abc", 1, "abc\n^"),
        ("abc", 4, "abc\n   ^"),
        ("a\tb\0c", 3, "a b c\n  ^"),
        ("x" * 100 + "!" + "y" * 100, 101, "…" + "x" * 31 + "!" + "y" * 22 + "…\n" + " " * 32 + "^"),
        ("", 1, "\n^"),
    ],
)
def test_the_picture_points_at_the_place(text, column, drawn):
    assert draw_caret(text, column) == drawn


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("jan emial:janet@example.com", ["jan email:janet@example.com"]),
        ("plan:full", ["user_metadata.plan:full", "app_metadata.plan:full"]),
        ("_exists_:emial OR blocked:true", ["_exists_:email OR blocked:true"]),
        ("picture:x", []),
    ],
)
def test_a_field_that_may_have_been_meant_is_a_link_that_mends_the_query(listing, people, typed, offered):
    page = listing(people, q=typed, sort="email:1")

    problem = page.html[page.html.index('id="search_problem"') :]
    links = [
        dict(parse_qsl(html.unescape(link))) for link in re.findall(r'href="\?(q=[^"]+)"><code>', problem)
    ]
    assert links == [{"q": query, "sort": "email:1"} for query in offered]
    assert all(listing(people, **link).status == 200 for link in links)


def test_a_key_to_have_that_is_none_is_fixed_too(listing, people):
    page = listing(people, has=["app_metadata.plan", "emial"])

    assert page.status == 422
    assert '<a href="?has=app_metadata.plan&amp;has=email"><code>email</code></a>' in page.html


@pytest.mark.parametrize(
    "parameters",
    [
        {"q": "app_metadata.plan:full"},
        {"q": "jane OR NOT (_exists_:app_metadata.plan)"},
        {"q": "app_metadata:x"},
        {"has": "app_metadata.plan"},
    ],
)
def test_who_may_not_see_a_path_may_not_search_by_it(listing, staff_with, people, parameters):
    page = listing(staff_with("view_user"), **parameters)

    assert page.status == 422
    assert found(page) == []
    assert "you may not see it" in page.text


def test_nothing_of_what_one_may_not_see_is_offered(listing, staff_with, people):
    page = listing(staff_with("view_user"), q="plan:full")

    links = re.findall(r'href="\?([^"]+)"><code>', page.html)
    assert [dict(parse_qsl(html.unescape(link))) for link in links] == [{"q": "user_metadata.plan:full"}]
    assert "app_metadata.plan:" not in page.html.replace("app_metadata.plan:full</code></p>", "")


def test_a_search_that_takes_too_long_names_its_keys(listing, people, monkeypatch, settings):
    settings.SEARCH_TIMEOUT = 2

    def give_up(*args, **options):
        raise SearchTimeout

    monkeypatch.setattr(list_page, "read_in_order", give_up)

    page = listing(people, q="user_metadata.hobby:s*", has="app_metadata.plan")

    assert page.status == 422
    assert "took longer than 2 seconds" in page.text
    assert "It scans all users: no index covers user_metadata.hobby, app_metadata.plan." in page.text
    # Advice is for those who can act on it.
    assert "make it fast" not in page.text


def test_a_search_that_reads_everybody_says_what_would_make_it_fast(listing, administrator, people):
    page = listing(administrator, q="jan user_metadata.age:[30 TO 40]")
    without_names = listing(administrator, q="user_metadata.age:[30 TO 40]", status="active")

    assert found(page) == found(without_names) == ["jane.doe"]
    assert "Index user_metadata.age" not in page.buttons
    assert "Index user_metadata.age" in without_names.buttons


@pytest.mark.parametrize("page", ["list", "help"])
def test_each_example_of_the_help_runs(browser, listing, people, page):
    at_work = browser(people)
    source = at_work.get(LIST if page == "list" else "/admin/help/search/").content.decode()
    links = list(re.findall(r'<dt><a href="([^"]+)"', source))

    assert len(links) == len(search_help.EXAMPLES)
    for link in links:
        answer = at_work.get(html.unescape(link))
        assert answer.status_code == 200, link
    assert all(f"<code>{name}</code>" in source for name in FIELDS)


@pytest.mark.parametrize("query", search_help.UNSUPPORTED_SYNTAX)
def test_what_the_help_calls_not_supported_is_refused(listing, people, query):
    assert listing(people, q=query).status == 422


def test_the_help_is_silent_about_what_one_may_not_see(browser, staff_with):
    page = Page(None, browser(staff_with("view_user")).get("/admin/help/search/"), "")

    assert page.status == 200
    assert "app_metadata" not in page.html


def test_a_search_is_parsed_and_compiled_once(listing, people, monkeypatch):
    listing(people)  # the examples of the help are parsed once a process
    parsed, compiled = [], []
    for made, class_ in ((parsed, _Parser), (compiled, Emitter)):
        real = class_.__init__
        monkeypatch.setattr(
            class_,
            "__init__",
            lambda self, *given, real=real, made=made, **more: (
                made.append(given) or real(self, *given, **more)
            ),
        )

    assert found(listing(people, q="app_metadata.plan:full")) == ["jane.doe"]

    assert [text for text, *_ in parsed] == ["app_metadata.plan:full"]
    assert len(compiled) == 1
